"""Mails about events that are due."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from events import constants, mails
from events.models import Attendance
from project.lib import mailing


def send_place_mail(attendance_id: int) -> None:
    """Tell a member who waited of the place, and record it.

    Nothing is sent to who has no e-mail, is no longer active or wanted it too long ago,
    nor for an event that was cancelled.
    """
    place = (
        Attendance.objects.filter(pk=attendance_id, is_waiting=False, told_at=None)
        .exclude(promoted_at=None)
        .select_related("member", "event")
        .first()
    )
    if place is None:
        return
    mine = Attendance.objects.filter(pk=attendance_id, promoted_at=place.promoted_at)
    if not _is_wanted(place):
        mine.update(told_at=Now())
        return
    mailing.hand_over(
        mails.place_mail(place),
        record=lambda: mine.update(told_at=Now()),
        give_up=lambda: mine.update(told_at=Now()),
    )


def _is_wanted(place: Attendance) -> bool:
    patience = timedelta(days=constants.MAIL_PATIENCE_DAYS)
    return bool(
        place.member.email
        and place.member.is_active
        and place.event.cancelled_at is None
        and place.promoted_at
        and place.promoted_at > timezone.now() - patience
    )

"""Send the mails about events that are due."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from events import constants, mails
from events.models import (
    Attendance,
    EventOrganization,
    InvitationMail,
    Membership,
    NamingMail,
)
from matchmaker.models import Block
from matchmaker.querysets import blocks_between
from project.lib.background import mailing


def send_place_mail(attendance_id: int) -> None:
    """Tell a member who waited that they have a spot, and record it.

    Nothing is sent if they have no e-mail, are inactive or waited too long for the
    mail, or if the event was cancelled.
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
    if not _is_place_wanted(place):
        mine.update(told_at=Now())
        return
    mailing.hand_over(
        mails.place_mail(place),
        record=lambda: mine.update(told_at=Now()),
        give_up=lambda: mine.update(told_at=Now()),
    )


def send_invitation_mail(mail_id: int) -> None:
    """Ask an owner whether their organization hosts an event, and record it.

    Nothing is sent if the invitation was answered or taken back, if the member is no
    longer an owner or is hidden from the creator, or if the mail is too old.
    """
    mail = (
        InvitationMail.objects.filter(pk=mail_id, sent_at=None, given_up_at=None)
        .select_related("member", "event__creator", "organization")
        .first()
    )
    if mail is None:
        return
    due = InvitationMail.objects.filter(pk=mail_id, sent_at=None)
    if not _is_invitation_wanted(mail):
        due.update(given_up_at=Now())
        return
    mailing.hand_over(
        mails.invitation_mail(mail),
        record=lambda: due.update(sent_at=Now()),
        give_up=lambda: due.update(given_up_at=Now()),
    )


def send_naming_mail(mail_id: int) -> None:
    """Tell a member where they were named and how to leave, and record it.

    Nothing is sent if they have confirmed, left or been removed, are inactive or have
    no e-mail, or if the mail is too old.
    """
    undone = NamingMail.objects.filter(pk=mail_id, sent_at=None, given_up_at=None)
    with transaction.atomic():
        # Locked against name_members, which may make this mail due again.
        held = undone.select_related("member", "organization")
        mail = held.select_for_update(no_key=True, of=("self",)).first()
        if mail is None:
            return
        if not _is_naming_told(mail):
            undone.update(given_up_at=Now())
            return
    mailing.hand_over(
        mails.naming_mail(mail),
        record=lambda: undone.update(sent_at=Now()),
        give_up=lambda: undone.update(given_up_at=Now()),
    )


def _is_naming_told(mail: NamingMail) -> bool:
    named = Membership.objects.filter(
        organization=mail.organization_id, member=mail.member_id, confirmed_at=None
    )
    member = mail.member
    return bool(
        member.email and member.is_active and _is_recent(mail.due_at) and named.exists()
    )


def _is_place_wanted(place: Attendance) -> bool:
    return bool(
        place.member.email
        and place.member.is_active
        and place.event.cancelled_at is None
        and _is_recent(place.promoted_at)
    )


def _is_invitation_wanted(mail: InvitationMail) -> bool:
    member, creator = mail.member, mail.event.creator_id
    invited = (
        EventOrganization.objects.invited()
        .owned_by(member)
        .filter(
            event=mail.event_id,
            organization=mail.organization_id,
            event__cancelled_at=None,
        )
    )
    blocks = Block.objects.filter(blocks_between(member, creator))
    return bool(
        member.email
        and member.is_active
        and _is_recent(mail.due_at)
        and invited.exists()
        and not blocks.exists()
    )


def _is_recent(due_at: datetime | None) -> bool:
    patience = timedelta(days=constants.MAIL_PATIENCE_DAYS)
    return due_at is not None and due_at > timezone.now() - patience

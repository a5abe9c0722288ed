"""Dramatiq actors: each takes an id and makes one attempt at what its row asks for."""

import dramatiq
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events import constants, services
from events.models import Attendance, Event, InvitationMail, NamingMail
from project.lib.background import due
from project.lib.background.chores import Chore

PUBLICATION_LEASE_S = 10
MAIL_LEASE_S = 6 * settings.EMAIL_TIMEOUT


@dramatiq.actor(max_retries=0, time_limit=PUBLICATION_LEASE_S * 1000)
def publish_event(event_id: int) -> None:
    due.attempt(PUBLICATION, event_id)


@dramatiq.actor(max_retries=0, time_limit=MAIL_LEASE_S * 1000)
def send_place_mail(attendance_id: int) -> None:
    due.attempt(PLACE_MAIL, attendance_id)


@dramatiq.actor(max_retries=0, time_limit=MAIL_LEASE_S * 1000)
def send_invitation_mail(mail_id: int) -> None:
    due.attempt(INVITATION_MAIL, mail_id)


@dramatiq.actor(max_retries=0, time_limit=MAIL_LEASE_S * 1000)
def send_naming_mail(mail_id: int) -> None:
    due.attempt(NAMING_MAIL, mail_id)


PUBLICATION = due.Work(
    name=constants.PUBLICATION,
    title=_("Publication of an event"),
    model=Event,
    undone=Q(published_at=None, cancelled_at=None),
    due_at="publish_at",
    do=services.publish_event,
    lease_s=PUBLICATION_LEASE_S,
    actor=publish_event,
)

PLACE_MAIL = due.Work(
    name=constants.PLACE_MAIL,
    title=_("Mail about a spot that became free"),
    model=Attendance,
    undone=Q(promoted_at__isnull=False, told_at=None),
    due_at="promoted_at",
    do=services.send_place_mail,
    lease_s=MAIL_LEASE_S,
    actor=send_place_mail,
)

INVITATION_MAIL = due.Work(
    name=constants.INVITATION_MAIL,
    title=_("Mail to an invited organization"),
    model=InvitationMail,
    undone=Q(sent_at=None, given_up_at=None),
    due_at="due_at",
    do=services.send_invitation_mail,
    lease_s=MAIL_LEASE_S,
    actor=send_invitation_mail,
)

NAMING_MAIL = due.Work(
    name=constants.NAMING_MAIL,
    title=_("Mail to a named member"),
    model=NamingMail,
    undone=Q(sent_at=None, given_up_at=None),
    due_at="due_at",
    do=services.send_naming_mail,
    lease_s=MAIL_LEASE_S,
    actor=send_naming_mail,
)

ADDING_UP_SQUARES = Chore("squares", every_s=5, do=services.add_up_square_changes)

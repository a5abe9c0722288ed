"""Dramatiq actors: each takes a row's id and attempts the row's work once.

They do not retry, because the sweeper finds rows that are still due.
"""

import dramatiq
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker import constants, services
from matchmaker.models import AccountMail, MatchMail
from project.lib.background import due
from project.lib.background.chores import Chore

# A mail takes several exchanges with the server, each with its own timeout.
MAIL_LEASE_S = 6 * settings.EMAIL_TIMEOUT


@dramatiq.actor(max_retries=0, time_limit=MAIL_LEASE_S * 1000)
def send_match_mail(mail_id: int) -> None:
    due.attempt(MATCH_MAIL, mail_id)


@dramatiq.actor(max_retries=0, time_limit=MAIL_LEASE_S * 1000)
def send_account_mail(mail_id: int) -> None:
    due.attempt(ACCOUNT_MAIL, mail_id)


MATCH_MAIL = due.Work(
    name=constants.MATCH_MAIL,
    title=_("Mail about a match"),
    model=MatchMail,
    undone=Q(sent_at=None, given_up_at=None),
    due_at="due_at",
    do=services.send_match_mail,
    lease_s=MAIL_LEASE_S,
    actor=send_match_mail,
)

ACCOUNT_MAIL = due.Work(
    name=constants.ACCOUNT_MAIL,
    title=_("Mail about an account"),
    model=AccountMail,
    undone=Q(sent_at=None, given_up_at=None),
    due_at="due_at",
    do=services.send_account_mail,
    lease_s=MAIL_LEASE_S,
    actor=send_account_mail,
)

FORGETTING_SIGN_INS = Chore(
    "sign_ins", every_s=3600, do=services.forget_expired_sign_ins
)

ADDING_UP_CELLS = Chore("cells", every_s=5, do=services.add_up_cell_changes)

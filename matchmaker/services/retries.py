"""Retry failed mails, for staff."""

from django.db import transaction
from django.db.models.functions import Now

from matchmaker import constants
from matchmaker.models import AccountMail, MatchMail
from project.lib.background import due


def retry_match_mail(mail: MatchMail) -> bool:
    """Attempt a failed mail again at once; return False for any other mail.

    A due mail is left alone: it may be on its way to the server right now, and its next
    attempt is minutes away at most.
    """
    return _retry(constants.MATCH_MAIL, mail)


def retry_account_mail(mail: AccountMail) -> bool:
    """Attempt a failed mail about an account again, in the same way."""
    return _retry(constants.ACCOUNT_MAIL, mail)


def _retry(kind: str, mail: MatchMail | AccountMail) -> bool:
    now = Now()
    with transaction.atomic():
        given_up = type(mail)._default_manager.filter(
            pk=mail.pk, sent_at=None, given_up_at__isnull=False
        )
        is_due = given_up.update(
            given_up_at=None, due_at=now, next_attempt_at=now, attempts=0
        )
        if is_due:
            due.nudge(kind, mail.pk)
    return bool(is_due)

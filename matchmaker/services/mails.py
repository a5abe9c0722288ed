"""Mails that are due: sent, recorded, or given up."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from matchmaker import constants, mails
from matchmaker.models import AccountMail, Block, Match, MatchMail
from matchmaker.querysets import blocks_between, match_between
from project.lib import mailing


def send_match_mail(mail_id: int) -> None:
    """Hand a mail about a match to the mail server, and record it.

    Nothing is sent when it was sent before, or when the match is over.
    """
    mail = (
        MatchMail.objects.filter(pk=mail_id, sent_at=None, given_up_at=None)
        .select_related("member", "about")
        .first()
    )
    if mail is None or _given_up(mail):
        return
    if not (mail.member.is_active and mail.about.is_active):
        return  # they may be back before its patience ends
    sent = MatchMail.objects.filter(pk=mail_id, due_at=mail.due_at)
    mailing.hand_over(
        mails.match_mail(mail),
        record=lambda: sent.update(sent_at=Now()),
        give_up=lambda: sent.update(given_up_at=Now()),
    )


def send_account_mail(mail_id: int) -> None:
    """Hand a mail about an account to the mail server, and record it.

    Nothing is sent when it was sent before, nor while the member is inactive; it is
    given up when it has waited for too long.
    """
    undone = AccountMail.objects.filter(pk=mail_id, sent_at=None, given_up_at=None)
    mail = undone.select_related("member").first()
    if mail is None:
        return
    mine = undone.filter(due_at=mail.due_at)
    patience = timedelta(days=constants.ACCOUNT_MAIL_PATIENCE_DAYS)
    if mail.due_at < timezone.now() - patience:
        mine.update(given_up_at=Now())
    elif mail.member.is_active:  # or it may be again before the patience ends
        mailing.hand_over(
            mails.account_mail(mail),
            record=lambda: mine.update(sent_at=Now()),
            give_up=lambda: mine.update(given_up_at=Now()),
        )


def _given_up(mail: MatchMail) -> bool:
    """Give the mail up if it is not wanted any more, or has failed for too long."""
    patience = timedelta(days=constants.MATCH_MAIL_PATIENCE_DAYS)
    with transaction.atomic():
        # Held against sympathy._ask_for_mail, which may be asking for it again.
        held = MatchMail.objects.select_for_update().filter(pk=mail.pk)
        is_late = mail.due_at < timezone.now() - patience
        if held.first() is not None and (is_late or not _is_wanted(mail)):
            held.update(given_up_at=Now())
            return True
    return False


def _is_wanted(mail: MatchMail) -> bool:
    one, other = mail.member, mail.about
    is_matched = Match.objects.filter(match_between(one, other)).exists()
    is_blocked = Block.objects.filter(blocks_between(one, other)).exists()
    return is_matched and not is_blocked and one.email is not None

"""Send due mails, and record them as sent or failed."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from matchmaker import constants, links, mails
from matchmaker.models import AccountMail, Block, Match, MatchMail, Member
from matchmaker.querysets import blocks_between, match_between
from matchmaker.services.locks import held_members
from project.lib.background import mailing


def send_match_mail(mail_id: int) -> None:
    """Hand a mail about a match to the mail server, and record it.

    Nothing is sent if it was sent before, or if the match has ended.
    """
    mail = (
        MatchMail.objects.filter(pk=mail_id, sent_at=None, given_up_at=None)
        .select_related("member", "about")
        .first()
    )
    if mail is None or _given_up(mail):
        return
    if not (mail.member.is_active and mail.about.is_active):
        return  # they may be back before the mail expires
    sent = MatchMail.objects.filter(pk=mail_id, due_at=mail.due_at)
    mailing.hand_over(
        mails.match_mail(mail),
        record=lambda: sent.update(sent_at=Now()),
        give_up=lambda: sent.update(given_up_at=Now()),
    )


def send_account_mail(mail_id: int) -> None:
    """Hand a mail about an account to the mail server, and record it.

    Nothing is sent if it was sent before, or while the member is inactive. It fails
    when it has waited for too long, or when its link could no longer do what it was
    asked for.
    """
    undone = AccountMail.objects.filter(pk=mail_id, sent_at=None, given_up_at=None)
    mail = undone.select_related("member").first()
    if mail is None:
        return
    member = mail.member or _whose(mail)
    if member is None:
        return
    mine = undone.filter(due_at=mail.due_at)
    if mail.due_at < timezone.now() - _patience(mail) or not _leads_somewhere(mail):
        mine.update(given_up_at=Now())
    elif member.is_active:  # or may be active again before the mail expires
        mailing.hand_over(
            mails.account_mail(mail),
            record=lambda: mine.update(sent_at=Now()),
            give_up=lambda: mine.update(given_up_at=Now()),
        )


def _whose(mail: AccountMail) -> Member | None:
    """Address a mail to the active member whose e-mail somebody typed.

    It goes to the e-mail as the member spells it. Without such a member the row is
    deleted, so that no stranger's e-mail is kept.
    """
    with transaction.atomic():
        found = Member.objects.filter(email_identity=mail.email, is_active=True).first()
        if found is None or not held_members([found.pk]):
            mail.delete()
            return None
        mail.member, mail.email = found, found.email or ""
        mail.save(update_fields=["member", "email"])
    return found


def _patience(mail: AccountMail) -> timedelta:
    if mail.kind in mails.LINKS:
        return timedelta(hours=constants.LINK_MAIL_PATIENCE_HOURS)
    return timedelta(days=constants.ACCOUNT_MAIL_PATIENCE_DAYS)


def _leads_somewhere(mail: AccountMail) -> bool:
    """Return whether a mail's link is still about the e-mail that it goes to.

    Otherwise a reader of an earlier e-mail would get a link for a later one.
    """
    link, member = mails.LINKS.get(AccountMail.Kind(mail.kind)), mail.member
    if link is None or member is None:
        return True
    if link is links.VERIFY and member.email_verified:
        return False
    about = member.pending_email if link is links.CHANGE else member.email
    return about == mail.email


def _given_up(mail: MatchMail) -> bool:
    """Mark the mail as failed if it is no longer wanted or has waited too long."""
    patience = timedelta(days=constants.MATCH_MAIL_PATIENCE_DAYS)
    with transaction.atomic():
        # Locked, because sympathy._ask_for_mail may be asking for it again.
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

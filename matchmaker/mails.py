"""Mails to members, in the language that they have chosen."""

from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from matchmaker import links
from matchmaker.models import AccountMail, MatchMail, Member
from project.lib.background.mailing import message_id, printable

Kind = AccountMail.Kind

LINKS = {
    Kind.PASSWORD_FORGOTTEN: links.RESET,
    Kind.EMAIL_PROOF: links.VERIFY,
    Kind.NEW_EMAIL_PROOF: links.CHANGE,
}


def match_mail(mail: MatchMail) -> EmailMessage:
    """Return the mail about a match, addressed and ready to send."""
    unique = message_id("match", f"{mail.pk} {mail.due_at.timestamp()}")
    with translation.override(mail.member.mail_language):
        return EmailMessage(
            subject=_("You have a match!"),
            body=_text(mail),
            to=[mail.member.email or ""],
            headers={"Message-ID": unique},
        )


def account_mail(mail: AccountMail) -> EmailMessage:
    """Return the mail about an event of an account, addressed and ready to send."""
    link = LINKS.get(Kind(mail.kind))
    return _account_mail(mail, link.url(mail.member) if link and mail.member else "")


def account_mail_without_link(mail: AccountMail) -> EmailMessage:
    """Return the same mail for staff, without the link, which opens the account."""
    return _account_mail(mail, "…")


def _account_mail(mail: AccountMail, url: str) -> EmailMessage:
    unique = message_id("account", f"{mail.pk} {mail.due_at.timestamp()}")
    member = mail.member
    with translation.override(
        member.mail_language if member else settings.MAIL_LANGUAGE
    ):
        subject, body = _ACCOUNT_TEXTS[mail.kind](mail, url)
        return EmailMessage(
            subject=subject,
            body=body,
            to=[mail.email],
            headers={"Message-ID": unique},
        )


def _phone_added(mail: AccountMail, url: str) -> tuple[str, str]:
    return (
        _("A phone number was added to your account"),
        _(
            "The phone number %(phone)s was confirmed with a code from an SMS and "
            "added to your Matchmaker account. Whoever has this number can sign in "
            "with it.\n\n"
            "If it was not you, set a new password at once: %(page)s\n"
            "This signs everybody else out and removes the number from your account."
        )
        % {"phone": mail.phone_number, "page": links.page_url()},
    )


def _phone_lost(mail: AccountMail, url: str) -> tuple[str, str]:
    phone = {"phone": mail.phone_number}
    # Do not reveal who has the number now.
    return (
        _("Your phone number no longer signs you in"),
        _(
            "The number %(phone)s was confirmed with a code from an SMS in another "
            "Matchmaker account. It has been removed from your account, and you have "
            "been signed out everywhere. The account is still yours: sign in with this "
            "e-mail and your password.\n\n"
            "If the number is yours, add it to your account again and prove it with a "
            "new code."
        )
        % phone,
    )


def _password_forgotten(mail: AccountMail, url: str) -> tuple[str, str]:
    return (
        _("A new password for your account"),
        _(
            "Somebody (we hope it was you) has asked for a new password for the "
            "Matchmaker account with this e-mail. Set it here:\n\n"
            "%(url)s\n\n"
            "The link works once, within an hour. The new password signs you out "
            "everywhere and removes the phone number from your account; you can add "
            "it again afterwards.\n\n"
            "If you did not ask for this, do nothing: your password stays as it is."
        )
        % {"url": url},
    )


def _email_proof(mail: AccountMail, url: str) -> tuple[str, str]:
    return (
        _("Confirm your e-mail"),
        _(
            "Confirm here that the e-mail of your Matchmaker account is yours:\n\n"
            "%(url)s\n\n"
            "The link works once, within an hour.\n\n"
            "If you have no account, do not use the link: somebody else has signed up "
            "with your e-mail. You can take that account over by setting a new "
            "password: %(page)s"
        )
        % {"url": url, "page": links.page_url()},
    )


def _new_email_proof(mail: AccountMail, url: str) -> tuple[str, str]:
    return (
        _("Confirm your new e-mail"),
        _(
            "Somebody (we hope it was you) wants to use this e-mail for their "
            "Matchmaker account. Confirm it here:\n\n"
            "%(url)s\n\n"
            "The link works once, within an hour.\n\n"
            "If it was not you, do not use the link: the account is somebody else's."
        )
        % {"url": url},
    )


def _email_change_asked(mail: AccountMail, url: str) -> tuple[str, str]:
    # Do not reveal the new e-mail: this one may be a stranger's that was never proven.
    return (
        _("Your e-mail is about to change"),
        _(
            "Somebody who knows the password of your Matchmaker account has asked to "
            "replace this e-mail with another one. The change takes effect once the "
            "link mailed to the other e-mail is used.\n\n"
            "If it was not you, set a new password at once: %(page)s\n"
            "This stops the change and signs everybody else out."
        )
        % {"page": links.page_url()},
    )


def _email_changed(mail: AccountMail, url: str) -> tuple[str, str]:
    return (
        _("Your e-mail has changed"),
        _(
            "Your Matchmaker account now has another e-mail, which has been confirmed. "
            "This e-mail no longer opens it.\n\n"
            "If it was not you, reply to this mail and tell us."
        ),
    )


_ACCOUNT_TEXTS: dict[str, Callable[[AccountMail, str], tuple[str, str]]] = {
    Kind.PHONE_ADDED: _phone_added,
    Kind.PHONE_LOST: _phone_lost,
    Kind.PASSWORD_FORGOTTEN: _password_forgotten,
    Kind.EMAIL_PROOF: _email_proof,
    Kind.NEW_EMAIL_PROOF: _new_email_proof,
    Kind.EMAIL_CHANGE_ASKED: _email_change_asked,
    Kind.EMAIL_CHANGED: _email_changed,
}


def _text(mail: MatchMail) -> str:
    # In Russian the name is in the dative.
    nameless = pgettext("who likes you", "Member {id}").format(id=mail.about_id)
    about = Member.objects.with_shared_email(mail.member).filter(pk=mail.about_id)
    given = {
        "name": printable(mail.about.first_name) or nameless,
        "email": about.values_list("shared_email", flat=True).first(),
    }
    if given["email"] is None:  # signed up by phone, or has reclaimed the account
        return _("%(name)s likes you too!") % given
    return _("%(name)s likes you too! Their e-mail: %(email)s") % given

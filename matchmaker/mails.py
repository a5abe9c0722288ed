"""What is mailed to members, each in the language that they have chosen."""

from collections.abc import Callable

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from matchmaker.models import AccountMail, MatchMail
from project.lib.mailing import message_id, printable


def match_mail(mail: MatchMail) -> EmailMessage:
    """The mail that tells of mutual sympathy, addressed and ready to send."""
    unique = message_id("match", f"{mail.pk} {mail.due_at.timestamp()}")
    with translation.override(mail.member.mail_language):
        return EmailMessage(
            subject=_("You have a match!"),
            body=_text(mail),
            to=[mail.member.email or ""],
            headers={"Message-ID": unique},
        )


def account_mail(mail: AccountMail) -> EmailMessage:
    """The mail that tells of an account's event, addressed and ready to send."""
    unique = message_id("account", f"{mail.pk} {mail.due_at.timestamp()}")
    with translation.override(mail.member.mail_language):
        subject, body = _ACCOUNT_TEXTS[mail.kind](mail)
        return EmailMessage(
            subject=subject,
            body=body,
            to=[mail.email],
            headers={"Message-ID": unique},
        )


def _phone_lost(mail: AccountMail) -> tuple[str, str]:
    phone = {"phone": mail.phone_number}
    # It tells nothing of who has the number now.
    return (
        _("Your phone number no longer signs you in"),
        _(
            "Somebody has proven with a code from an SMS that the number %(phone)s is "
            "theirs. It has been removed from your Matchmaker account, and you have "
            "been signed out everywhere. The account is still yours: sign in with this "
            "e-mail and your password.\n\n"
            "If the number is yours, add it to your account again and prove it with a "
            "new code."
        )
        % phone,
    )


_ACCOUNT_TEXTS: dict[str, Callable[[AccountMail], tuple[str, str]]] = {
    AccountMail.Kind.PHONE_LOST: _phone_lost
}


def _text(mail: MatchMail) -> str:
    # In Russian the name is in the dative.
    nameless = pgettext("who likes you", "Member {id}").format(id=mail.about_id)
    given = {
        "name": printable(mail.about.first_name) or nameless,
        "email": mail.about.email,
    }
    if mail.about.email is None:  # signed up by phone
        return _("%(name)s likes you too!") % given
    return _("%(name)s likes you too! Their e-mail: %(email)s") % given

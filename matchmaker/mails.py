"""What is mailed to members, each in the language that they have chosen."""

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from matchmaker.models import MatchMail
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


def _text(mail: MatchMail) -> str:
    # Translators: stands for the name in "%(name)s likes you too!"
    nameless = _("Another member")
    given = {
        "name": printable(mail.about.first_name) or nameless,
        "email": mail.about.email,
    }
    if mail.about.email is None:  # signed up by phone
        return _("%(name)s likes you too!") % given
    return _("%(name)s likes you too! Their e-mail: %(email)s") % given

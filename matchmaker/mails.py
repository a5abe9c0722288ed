"""What is mailed to members, each in their own language."""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from matchmaker.models import MatchMail


def match_mail(mail: MatchMail) -> EmailMessage:
    """The mail that tells of mutual sympathy, addressed and ready to send.

    Its Message-ID is the same each time it is made, so that a mailbox which gets it
    twice, because a worker died before recording it, shows it once.
    """
    with translation.override(mail.member.language):
        return EmailMessage(
            subject=_("You have a match!"),
            body=_text(mail),
            to=[mail.member.email or ""],
            headers={"Message-ID": _message_id(mail)},
        )


def _text(mail: MatchMail) -> str:
    # Of control characters a name in a mail needs none.
    name = "".join(c if c.isprintable() else " " for c in mail.about.first_name)
    # Translators: stands for the name in "%(name)s likes you too!"
    nameless = _("Another member")
    given = {"name": name.strip() or nameless, "email": mail.about.email}
    if mail.about.email is None:  # signed up by phone
        return _("%(name)s likes you too!") % given
    return _("%(name)s likes you too! Their e-mail: %(email)s") % given


def _message_id(mail: MatchMail) -> str:
    what = f"{mail.pk} {mail.due_at.timestamp()}"
    unique = salted_hmac("matchmaker.mails", what, algorithm="sha256").hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{unique}@{domain}>"

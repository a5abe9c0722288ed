"""What is mailed about events, to each in the language that they have chosen."""

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Attendance
from project.lib.mailing import message_id, printable


def place_mail(place: Attendance) -> EmailMessage:
    """The mail that tells who waited that there is a place now."""
    unique = message_id("place", f"{place.pk} {place.promoted_at}")
    with translation.override(place.member.mail_language):
        event = {"title": printable(place.event.title)}
        return EmailMessage(
            subject=_("A place is free: you are in"),
            body=_(
                "A place at “%(title)s” has become free, and it is yours. "
                "If you cannot come, please give it back."
            )
            % event,
            to=[place.member.email or ""],
            headers={"Message-ID": unique},
        )

"""What is mailed about events, to each in the language that they have chosen."""

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Attendance, InvitationMail, NamingMail
from project.lib.work.mailing import message_id, printable


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


def invitation_mail(mail: InvitationMail) -> EmailMessage:
    """The mail that asks an owner whether their organization makes an event."""
    unique = message_id("invitation", f"{mail.pk} {mail.due_at.timestamp()}")
    with translation.override(mail.member.mail_language):
        creator = mail.event.creator
        answer = reverse(
            "events:event-organization",
            kwargs={"pk": mail.event_id, "organization": mail.organization_id},
        )
        given = {
            "name": printable(creator.first_name if creator else "")
            # Translators: stands for the name in "%(name)s asks whether …"
            or _("Somebody"),
            "organization": printable(mail.organization.title),
            "title": printable(mail.event.title),
            "answer": f"{answer.removesuffix('/')}/",
        }
        return EmailMessage(
            subject=_("Your organization is invited to make an event"),
            body=_(
                "%(name)s asks whether “%(organization)s” makes the event “%(title)s” "
                "with them. Until you accept, the event does not name your "
                "organization.\n\n"
                "To accept: POST %(answer)s\n"
                "To decline: DELETE %(answer)s\n\n"
                "All open invitations: GET /api/events/?invited=true"
            )
            % given,
            to=[mail.member.email or ""],
            headers={"Message-ID": unique},
        )


def naming_mail(mail: NamingMail) -> EmailMessage:
    """The mail that tells a member where they were named, and the way out."""
    unique = message_id("naming", str(mail.pk))
    members = reverse(
        "events:organization-members", kwargs={"pk": mail.organization_id}
    )
    with translation.override(mail.member.mail_language):
        given = {
            "organization": printable(mail.organization.title),
            "members": f"{members.removesuffix('/')}/",
            "me": f"{reverse('matchmaker:me').removesuffix('/')}/",
            "user": f'{{"user": {{"id": {mail.member_id}}}}}',
            "refusal": '{"may_be_named": false}',
        }
        return EmailMessage(
            subject=_("You were named in an organization"),
            body=_(
                "“%(organization)s” names you as one of its members. Until you "
                "confirm that, your name is listed there, and no more: you are not in "
                "its chat, and nobody there can write to you or see your e-mail and "
                "telephone because of it.\n\n"
                "To confirm: POST %(members)s with %(user)s\n"
                "To be taken off the list: DELETE %(members)s with %(user)s\n"
                "To be named by nobody any more: PATCH %(me)s with %(refusal)s\n\n"
                "Whoever is taken off comes back by their own consent only. This mail "
                "comes once for each organization."
            )
            % given,
            to=[mail.member.email or ""],
            headers={"Message-ID": unique},
        )

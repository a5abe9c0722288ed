"""Mails about events, each in the language of the member who gets it."""

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Attendance, InvitationMail, NamingMail
from project.lib.background.mailing import message_id, printable


def place_mail(place: Attendance) -> EmailMessage:
    """Return the mail that tells a member on the waiting list of their spot."""
    unique = message_id("place", f"{place.pk} {place.promoted_at}")
    with translation.override(place.member.mail_language):
        event = {"title": printable(place.event.title)}
        return EmailMessage(
            subject=_("A spot is free: you are in"),
            body=_(
                "A spot at “%(title)s” is now free, and it is yours. If "
                "you cannot come, please give it up."
            )
            % event,
            to=[place.member.email or ""],
            headers={"Message-ID": unique},
        )


def invitation_mail(mail: InvitationMail) -> EmailMessage:
    """Return the mail that asks an owner whether their organization hosts an event."""
    unique = message_id("invitation", f"{mail.pk} {mail.due_at.timestamp()}")
    with translation.override(mail.member.mail_language):
        creator = mail.event.creator
        answer = reverse(
            "events:event-organization",
            kwargs={"pk": mail.event_id, "organization": mail.organization_id},
        )
        given = {
            "name": printable(creator.first_name if creator else "")
            # Translators: stands for the name in "%(name)s invites …"
            or _("Somebody"),
            "organization": printable(mail.organization.title),
            "title": printable(mail.event.title),
            "answer": f"{answer.removesuffix('/')}/",
        }
        return EmailMessage(
            subject=_("Your organization is invited to host an event"),
            body=_(
                "%(name)s invites “%(organization)s” to host the event “%(title)s”. "
                "Until you accept, the event does not show your organization.\n\n"
                "To accept: POST %(answer)s\n"
                "To decline: DELETE %(answer)s\n\n"
                "All open invitations: GET /api/events/?invited=true"
            )
            % given,
            to=[mail.member.email or ""],
            headers={"Message-ID": unique},
        )


def naming_mail(mail: NamingMail) -> EmailMessage:
    """Return the mail that tells a member where they were named, and how to leave."""
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
                "“%(organization)s” has named you as one of its members. Until you "
                "confirm, only your name is listed there: you are not in its chat, and "
                "nobody there can write to you or see your e-mail and phone number "
                "because of it.\n\n"
                "To confirm: POST %(members)s with %(user)s\n"
                "To leave the list: DELETE %(members)s with %(user)s\n"
                "To be named by nobody: PATCH %(me)s with %(refusal)s\n\n"
                "If you leave the list, nobody can put you back without your consent. "
                "You get this mail once for each organization."
            )
            % given,
            to=[mail.member.email or ""],
            headers={"Message-ID": unique},
        )

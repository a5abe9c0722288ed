"""Who is named is told by mail: once for an organization and a person."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation

from events import constants, services, tasks
from events.models import Membership, NamingMail, Organization, Role
from matchmaker.models import Member
from project.lib.background import due
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(email="bob@example.com", language="en")


def found(ann: Member, *users: Member, title: str = "Club") -> Organization:
    return services.create_organization(ann, users=users, title=title)


def take_out(by: Member, organization: Organization, member: Member) -> None:
    services.remove_member(by, organization.pk, user_id=member.pk, email=None)


def send_all() -> None:
    """As messages would have it; rows that are not due stay."""
    for pk in NamingMail.objects.order_by("pk").values_list("pk", flat=True):
        tasks.send_naming_mail(pk)


def test_each_is_told_once_in_their_language_with_the_way_out(ann, bob, mailoutbox):
    eva = MemberFactory(email="eva@example.com", language="ru")
    with translation.override("en"):
        club = found(ann, bob, eva)
        send_all()
        send_all()

    to_bob, to_eva = mailoutbox
    path = f"/api/organizations/{club.pk}/members/"
    user = f'{{"user": {{"id": {bob.pk}}}}}'
    assert (to_bob.to, to_eva.to) == ([bob.email], [eva.email])
    assert to_bob.subject == "You were named in an organization"
    assert to_bob.body == (
        "“Club” has named you as one of its members. Until you confirm, only your name "
        "is listed there: you are not in its chat, and nobody there can write to you "
        "or see your e-mail and phone number because of it.\n\n"
        f"To confirm: POST {path} with {user}\n"
        f"To leave the list: DELETE {path} with {user}\n"
        "To be named by nobody: PATCH /api/clients/me/ with "
        '{"may_be_named": false}\n\n'
        "If you leave the list, nobody can put you back without your consent. You get "
        "this mail once for each organization."
    )
    assert to_eva.subject == "Вас указали в организации"
    assert f"DELETE {path}" in to_eva.body
    assert '{"may_be_named": false}' in to_eva.body


def test_the_way_out_is_one(ann, bob, mailoutbox, signed_in):
    club = found(ann, bob)
    send_all()
    (mail,) = mailoutbox
    assert f"DELETE /api/organizations/{club.pk}/members/" in mail.body

    out = signed_in(bob).delete(
        f"/api/organizations/{club.pk}/members/", {"user": {"id": bob.pk}}
    )

    assert out.status_code == 204
    assert not club.memberships.filter(member=bob).exists()


def test_every_way_of_naming_tells_and_named_again_nobody_is_mailed_anew(
    ann, bob, mailoutbox
):
    club = found(ann)
    ways = [
        lambda: services.add_member(ann, club.pk, user=bob, role=None),
        lambda: services.change_memberships(ann, club.pk, roles={bob.pk: Role.OWNER}),
    ]
    for name in (*ways, *ways):
        name()
        send_all()
        assert len(mailoutbox) == 1
        take_out(ann, club, bob)
    found(ann, bob, title="Another")
    send_all()
    assert len(mailoutbox) == 2


def test_removed_before_the_mail_and_named_again_one_is_told(ann, bob, mailoutbox):
    club = found(ann, bob)
    take_out(ann, club, bob)
    send_all()
    assert (mailoutbox, NamingMail.objects.get().given_up_at is None) == ([], False)

    services.add_member(ann, club.pk, user=bob, role=None)
    send_all()

    assert len(mailoutbox) == 1


def test_who_left_and_is_named_again_is_not_mailed(ann, bob, mailoutbox):
    club = found(ann, bob)
    take_out(bob, club, bob)
    services.add_member(ann, club.pk, user=bob, role=None)

    send_all()

    assert mailoutbox == []


def test_the_creator_and_who_has_no_email_are_not_mailed(ann):
    found(ann, ann, MemberFactory(email=None, phone_number="+79991234567"))

    assert not NamingMail.objects.exists()


@pytest.mark.parametrize(
    "meanwhile", ["confirmed", "left", "removed", "shut out", "no e-mail", "too late"]
)
def test_what_is_not_wanted_any_more_is_given_up(ann, bob, mailoutbox, meanwhile):
    club = found(ann, bob)
    rows = Member.objects.filter(pk=bob.pk)
    happen = {
        "confirmed": lambda: services.add_member(bob, club.pk, user=bob, role=None),
        "left": lambda: take_out(bob, club, bob),
        "removed": lambda: take_out(ann, club, bob),
        "shut out": lambda: rows.update(is_active=False),
        "no e-mail": lambda: rows.update(
            email=None, email_identity=None, phone_number="+79991234568"
        ),
        "too late": lambda: NamingMail.objects.update(
            due_at=F("due_at") - timedelta(days=constants.MAIL_PATIENCE_DAYS)
        ),
    }
    happen[meanwhile]()

    send_all()

    mail = NamingMail.objects.get()
    assert (mailoutbox, mail.sent_at) == ([], None)
    assert mail.given_up_at is not None


def test_titles_are_one_line_and_ids_stay_when_a_record_is_lost(ann, bob, mailoutbox):
    club = found(ann, bob)
    Organization.objects.filter(pk=club.pk).update(title="Club\r\nBcc: x@example.com")

    for _time in range(2):
        NamingMail.objects.update(sent_at=None, next_attempt_at=Now())
        send_all()

    one, other = mailoutbox
    assert one.body.startswith("“Club  Bcc: x@example.com” has named you")
    assert one.extra_headers["Message-ID"] == other.extra_headers["Message-ID"]


def test_the_sweeper_finds_what_no_message_brought(ann, bob, mailoutbox):
    found(ann, bob)

    assert due.sweep(tasks.NAMING_MAIL) == 1
    assert due.sweep(tasks.NAMING_MAIL) == 0

    assert len(mailoutbox) == 1
    assert due.lag_s(tasks.NAMING_MAIL) == 0


def test_a_dead_mail_server_loses_nothing(ann, bob, mailoutbox, settings):
    found(ann, bob)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    with pytest.raises(OSError, match="refused"):
        send_all()
    assert NamingMail.objects.get().sent_at is None

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    NamingMail.objects.update(next_attempt_at=Now())
    send_all()

    assert len(mailoutbox) == 1
    assert Membership.objects.filter(confirmed_at=None).count() == 1

"""The mail that asks an owner whether their organization makes an event."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation

from events import constants, services, tasks
from events.models import Event, InvitationMail, Membership, Organization, Role
from matchmaker.models import Block, Member
from project.lib.background import due
from tests.events.factories import EventFactory, MembershipFactory, OrganizationFactory
from tests.factories import MemberFactory


@pytest.fixture
def event(ann) -> Event:
    return EventFactory(creator=ann, title="Fest")


@pytest.fixture
def band(db) -> Organization:
    return OrganizationFactory(title="Band")


def owner(organization: Organization, **fields) -> Member:
    member = MemberFactory(**fields)
    MembershipFactory(organization=organization, member=member, role=Role.OWNER)
    return member


def send_all() -> None:
    """As messages would have it; rows that are not due stay."""
    for pk in InvitationMail.objects.order_by("pk").values_list("pk", flat=True):
        tasks.send_invitation_mail(pk)


def is_given_up(member: Member) -> bool:
    mail = InvitationMail.objects.get(member=member)
    assert mail.sent_at is None
    return mail.given_up_at is not None


def test_owners_are_asked_once_each_in_their_language(event, ann, band, mailoutbox):
    eva = owner(band, language="ru", email="eva@example.com")
    bob = owner(band, language="en", email="bob@example.com")
    MembershipFactory(organization=band)
    MembershipFactory(organization=band, role=Role.OWNER, confirmed_at=None)

    with translation.override("en"):
        services.add_organization(ann, event.pk, band.pk)
        send_all()
        send_all()

    to_eva, to_bob = mailoutbox
    assert (to_eva.to, to_bob.to) == ([eva.email], [bob.email])
    path = f"/api/events/{event.pk}/organizations/{band.pk}/"
    assert to_bob.subject == "Your organization is invited to host an event"
    assert to_bob.body == (
        "Ann invites “Band” to host the event “Fest”. Until you accept, the event does "
        "not show your organization.\n\n"
        f"To accept: POST {path}\n"
        f"To decline: DELETE {path}\n\n"
        "All open invitations: GET /api/events/?invited=true"
    )
    assert to_eva.subject == "Вашу организацию приглашают провести мероприятие"
    assert f"DELETE {path}" in to_eva.body
    assert "Ann приглашает" in to_eva.body


def test_who_has_chosen_no_language_is_mailed_in_that_of_the_service(
    event, ann, band, mailoutbox, settings
):
    settings.MAIL_LANGUAGE = "ru"
    owner(band, language=None)
    services.add_organization(ann, event.pk, band.pk)

    with translation.override("en"):
        send_all()

    (mail,) = mailoutbox
    assert mail.subject == "Вашу организацию приглашают провести мероприятие"


def test_invited_again_nobody_is_mailed_anew(event, ann, band, mailoutbox):
    owner(band)

    for _time in range(2):
        services.add_organization(ann, event.pk, band.pk)
        send_all()
        services.remove_organization(ann, event.pk, band.pk)
    services.change_event(ann, event.pk, organizations=[band.pk])
    send_all()

    assert len(mailoutbox) == 1


def test_creating_and_changing_ask_too(ann, band, mailoutbox):
    owner(band)
    first = services.create_event(ann, title="Fest", organizations=[band.pk])
    second = services.create_event(ann, title="Ball")
    services.change_event(ann, second.pk, organizations=[band.pk])

    send_all()

    assert [event.pk for event in (first, second)] == [
        *InvitationMail.objects.order_by("pk").values_list("event", flat=True)
    ]
    assert len(mailoutbox) == 2


def test_nobody_is_asked_where_an_organization_stands_at_once(event, ann, band):
    owner(band)
    MembershipFactory(organization=band, member=ann)

    services.add_organization(ann, event.pk, band.pk)

    assert not InvitationMail.objects.exists()


def test_not_asked_are_those_without_an_email_inactive_or_hidden(event, ann, band):
    owner(band, email=None, phone_number="+79991234567")
    owner(band, is_active=False)
    Block.objects.create(from_member=owner(band), to_member=ann)
    Block.objects.create(from_member=ann, to_member=owner(band))

    services.add_organization(ann, event.pk, band.pk)

    assert not InvitationMail.objects.exists()


def test_only_the_first_owners_of_many_are_asked(event, ann, band, monkeypatch):
    monkeypatch.setattr(constants, "OWNERS_MAILED", 2)
    first = [owner(band).pk for _ in range(3)][:2]

    services.add_organization(ann, event.pk, band.pk)

    assert [*InvitationMail.objects.values_list("member", flat=True)] == first


@pytest.mark.parametrize(
    "meanwhile",
    [
        "answered", "taken back", "cancelled", "demoted", "left", "shut out",
        "no e-mail", "blocked", "too late",
    ],
)  # fmt: skip
def test_what_is_not_wanted_any_more_is_given_up(
    event, ann, band, mailoutbox, meanwhile
):
    bob = owner(band)
    MembershipFactory(organization=band, role=Role.OWNER, member__email=None,
                      member__phone_number="+79991234567")  # fmt: skip
    services.add_organization(ann, event.pk, band.pk)
    membership = Membership.objects.filter(member=bob)
    happen = {
        "answered": lambda: services.add_organization(bob, event.pk, band.pk),
        "taken back": lambda: services.remove_organization(ann, event.pk, band.pk),
        "cancelled": lambda: services.delete_event(ann, event.pk),
        "demoted": lambda: membership.update(role=Role.MEMBER),
        "left": lambda: membership.delete(),
        "shut out": lambda: Member.objects.filter(pk=bob.pk).update(is_active=False),
        "no e-mail": lambda: Member.objects.filter(pk=bob.pk).update(
            email=None, email_identity=None, phone_number="+79991234568"
        ),
        "blocked": lambda: Block.objects.create(from_member=bob, to_member=ann),
        "too late": lambda: InvitationMail.objects.update(
            due_at=F("due_at") - timedelta(days=constants.MAIL_PATIENCE_DAYS)
        ),
    }
    happen[meanwhile]()

    send_all()

    assert mailoutbox == []
    assert is_given_up(bob)


def test_event_whose_creator_is_gone_still_asks(event, ann, band, mailoutbox):
    owner(band)
    services.add_organization(ann, event.pk, band.pk)
    ann.delete()

    send_all()

    (mail,) = mailoutbox
    assert mail.body.startswith("Somebody invites “Band”")


def test_titles_and_names_are_one_line(event, ann, band, mailoutbox):
    Member.objects.filter(pk=ann.pk).update(first_name="Ann\r\nBcc: x@example.com")
    Organization.objects.update(title="Band\n\nBand")
    Event.objects.update(title="Fest\r\nFest")
    owner(band)
    services.add_organization(ann, event.pk, band.pk)

    send_all()

    (mail,) = mailoutbox
    assert mail.body.splitlines()[0].startswith("Ann  Bcc: x@example.com invites")
    assert "“Band  Band” to host the event “Fest  Fest”" in mail.body


def test_message_id_stays_when_a_record_is_lost(event, ann, band, mailoutbox):
    owner(band)
    services.add_organization(ann, event.pk, band.pk)

    for _time in range(2):
        InvitationMail.objects.update(sent_at=None, next_attempt_at=Now())
        send_all()

    one, other = (mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert one == other


def test_the_sweeper_finds_what_no_message_brought(event, ann, band, mailoutbox):
    owner(band)
    services.add_organization(ann, event.pk, band.pk)

    assert due.sweep(tasks.INVITATION_MAIL) == 1
    assert due.sweep(tasks.INVITATION_MAIL) == 0

    assert len(mailoutbox) == 1
    assert due.lag_s(tasks.INVITATION_MAIL) == 0

"""Named, confirmed, removed, refused: at the same moment."""

import pytest

from events import errors, services
from events.models import Departure, NamingMail, Organization, Role
from matchmaker.models import Member
from tests.events.factories import MembershipFactory
from tests.events.test_organization_races import asking, leaving, setting
from tests.factories import MemberFactory
from tests.threads import at_once

ROUNDS = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_again"),
]


@pytest.fixture(params=range(ROUNDS))
def _again(request) -> int:
    return request.param


@pytest.fixture
def people(db) -> tuple[Organization, Member, Member]:
    """A club of ann's, ann, and bob, a stranger."""
    ann = MembershipFactory(role=Role.OWNER)
    return ann.organization, ann.member, MemberFactory()


def confirming(who: Member, organization: Organization):
    path = f"organizations/{organization.pk}/members/"
    return asking(who, "post", path, {"user": {"id": who.pk}})


def removing(by: Member, organization: Organization, who: Member):
    path = f"organizations/{organization.pk}/members/"
    return asking(by, "delete", path, {"user": {"id": who.pk}})


def is_in(organization: Organization, member: Member) -> bool:
    return organization.memberships.filter(member=member).exists()


def test_confirming_while_one_is_removed(people):
    club, ann, bob = people
    MembershipFactory(organization=club, member=bob, confirmed_at=None)

    confirmed, removed = at_once(confirming(bob, club), removing(ann, club, bob))

    assert (confirmed, removed) in [(200, 204), (403, 204)]
    assert not is_in(club, bob)
    assert confirming(bob, club)() == 403


def test_leaving_while_one_is_named_again(people):
    club, ann, bob = people
    MembershipFactory(organization=club, member=bob)

    statuses = at_once(
        leaving(bob, club),
        setting(ann, club, bob, "member"),
        setting(ann, club, bob, "member"),
    )

    assert statuses == [204, 200, 200]
    assert not is_in(club, bob)
    assert Departure.objects.filter(organization=club, member=bob).count() == 1


def test_refusing_to_be_named_while_one_is_named(people):
    club, ann, bob = people
    made = {"title": "Other", "users": [{"id": bob.pk}]}

    refused, named, created = at_once(
        asking(bob, "patch", "clients/me/", {"may_be_named": False}),
        setting(ann, club, bob, "member"),
        asking(ann, "post", "organizations/create/", made),
    )

    # Before the refusal or not at all; after it never.
    assert refused == 200
    assert named in (200, 400)
    assert created in (201, 400)
    assert is_in(club, bob) == (named == 200)
    assert Organization.objects.count() == 1 + (created == 201)
    services.remove_member(ann, club.pk, user_id=bob.pk, email=None)
    assert setting(ann, club, bob, "member")() == 400


def test_refused_below_the_services_while_one_is_named(people):
    """The trigger alone, with a refusal that knows of no service."""
    club, ann, bob = people

    def refuse():
        return Member.objects.filter(pk=bob.pk).update(may_be_named=False)

    def name():
        try:
            services.add_member(ann, club.pk, user=bob, role=None)
        except errors.OneUserUnknown:
            return "refused"
        return "named"

    _one, outcome = at_once(refuse, name)

    assert is_in(club, bob) == (outcome == "named")


def test_two_namings_at_once_are_one_and_one_mail(people):
    club, ann, bob = people
    other = MembershipFactory(organization=club, role=Role.OWNER).member

    statuses = at_once(
        *(setting(by, club, bob, "member") for by in (ann, other, ann, other))
    )

    assert statuses == [200] * 4
    assert club.memberships.filter(member=bob).count() == 1
    assert NamingMail.objects.filter(organization=club, member=bob).count() == 1


def test_removed_and_named_again_while_the_mail_is_sent(people, mailoutbox):
    """A mail that is given up because they are out is due again when they are in."""
    club, ann, bob = people
    services.add_member(ann, club.pk, user=bob, role=None)
    services.remove_member(ann, club.pk, user_id=bob.pk, email=None)
    mail = NamingMail.objects.get()

    at_once(
        lambda: services.send_naming_mail(mail.pk), setting(ann, club, bob, "member")
    )
    services.send_naming_mail(mail.pk)

    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert len(mailoutbox) == 1


def test_leaving_while_the_account_is_deleted(people):
    club, _ann, bob = people
    MembershipFactory(organization=club, member=bob)

    deleted, left = at_once(asking(bob, "delete", "clients/me/"), leaving(bob, club))

    assert deleted == 204
    assert left in (204, 401)
    assert not Departure.objects.exists()


def test_coming_back_while_that_is_taken_back(people):
    club, ann, bob = people
    Departure.objects.create(organization=club, member=bob)
    assert setting(ann, club, bob, "member")() == 200

    came, removed = at_once(confirming(bob, club), removing(ann, club, bob))

    assert (came, removed) in [(200, 204), (403, 204)]
    assert not is_in(club, bob)
    assert confirming(bob, club)() == 403

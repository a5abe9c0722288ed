"""Organizations that many change, leave and name at the same time."""

from collections.abc import Callable

import pytest

from events.models import Event, Membership, Organization, Role
from matchmaker.models import Member
from tests.events.factories import EventFactory, MembershipFactory, OrganizationFactory
from tests.factories import MemberFactory
from tests.threads import at_once, client_of

ROUNDS = 6

pytestmark = pytest.mark.django_db(transaction=True)

Request = Callable[[], int]


def asking(who: Member, method: str, path: str, body: object = None) -> Request:
    client = client_of(who)
    return lambda: getattr(client, method)(f"/api/{path}", body).status_code


def deleting(who: Member) -> Request:
    return asking(who, "delete", "clients/me/")


def leaving(who: Member, organization: Organization) -> Request:
    path = f"organizations/{organization.pk}/members/"
    return asking(who, "delete", path, {"user": {"id": who.pk}})


def setting(
    who: Member, organization: Organization, other: Member, role: str
) -> Request:
    path = f"organizations/{organization.pk}/members/"
    return asking(who, "post", path, {"user": {"id": other.pk}, "role": role})


def two_owners() -> tuple[Organization, Member, Member]:
    organization = OrganizationFactory()
    ann, bob = (
        MembershipFactory(organization=organization, role=Role.OWNER).member
        for _ in range(2)
    )
    return organization, ann, bob


def owners(organization: Organization) -> set[int]:
    found = organization.memberships.filter(role=Role.OWNER)
    return set(found.values_list("member", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_owners_leaving_at_once_leave_one(_round):
    organization, ann, bob = two_owners()

    statuses = at_once(leaving(ann, organization), leaving(bob, organization))

    assert sorted(statuses) == [204, 409]
    assert len(owners(organization)) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_owners_demoting_each_other_leave_one(_round):
    organization, ann, bob = two_owners()

    statuses = at_once(
        setting(ann, organization, bob, "member"),
        setting(bob, organization, ann, "member"),
    )

    assert sorted(statuses) == [200, 403]
    assert len(owners(organization)) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_owner_leaving_while_the_other_ones_account_is_deleted(_round):
    organization, ann, bob = two_owners()

    left, deleted = at_once(leaving(ann, organization), deleting(bob))

    assert (left, deleted) in [(204, 204), (409, 204)]
    assert owners(organization) == ({ann.pk} if left == 409 else set())


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_ten_put_in_the_same_one_once(_round):
    organization, ann, bob = two_owners()
    eve = MemberFactory()

    statuses = at_once(
        *[setting(owner, organization, eve, "member") for owner in (ann, bob)] * 5
    )

    assert statuses == [200] * 10
    assert organization.memberships.count() == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_organization_deleted_while_events_name_it(_round):
    organization, ann, bob = two_owners()
    Membership.objects.filter(member=bob).update(confirmed_at=None)
    event = EventFactory(creator=bob)
    named = {"title": "Fest", "organizations": [{"id": organization.pk}]}

    deleted, created, changed, *others = at_once(
        asking(ann, "delete", f"organizations/{organization.pk}"),
        asking(bob, "post", "events/create/", named),
        asking(bob, "patch", f"events/{event.pk}", named),
        leaving(bob, organization),
        setting(ann, organization, MemberFactory(), "member"),
        asking(ann, "patch", f"organizations/{organization.pk}", {"title": "X"}),
    )

    assert deleted == 204
    assert created in (202, 400)
    assert changed in (200, 400)
    assert set(others) <= {200, 204, 404}
    assert not Organization.objects.exists()
    assert Event.objects.count() == 1 + (created == 202)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accounts_deleted_while_organizations_are_made_and_filled(_round):
    organization, ann, bob = two_owners()
    Membership.objects.update(confirmed_at=None)
    event = EventFactory(creator=bob)
    users = [{"id": bob.pk}, {"id": MemberFactory().pk}]
    named = {"title": "Fest", "organizations": [{"id": organization.pk}]}

    deleted, made, *others = at_once(
        deleting(bob),
        asking(ann, "post", "organizations/create/", {"title": "New", "users": users}),
        setting(ann, organization, bob, "member"),
        setting(bob, organization, bob, "owner"),
        asking(bob, "post", "organizations/create/", {"title": "Own", "users": []}),
        asking(bob, "post", "events/create/", named),
        asking(bob, "patch", f"events/{event.pk}", named),
        leaving(bob, organization),
    )

    assert deleted == 204
    assert made in (201, 400)
    assert max(others) < 500
    assert not Membership.objects.filter(member=bob.pk).exists()
    assert not Event.objects.exclude(creator=None).exists()

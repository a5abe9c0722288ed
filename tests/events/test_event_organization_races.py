"""Organizations of events that many name, answer for and delete at the same time."""

import pytest

from events.models import (
    Event,
    EventOrganization,
    InvitationMail,
    Membership,
    Organization,
    Role,
    Status,
)
from matchmaker.models import Member
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    invite,
)
from tests.events.test_organization_races import Request, asking, deleting, setting
from tests.factories import MemberFactory
from tests.threads import at_once

ROUNDS = 6

pytestmark = pytest.mark.django_db(transaction=True)


def invitation(*, scheduled: bool = False) -> tuple[Event, Organization, Member]:
    """An event that invites an organization, and the owner whom it asks."""
    event, organization = EventFactory(scheduled=scheduled), OrganizationFactory()
    owner = MembershipFactory(organization=organization, role=Role.OWNER).member
    invite(event, organization)
    return event, organization, owner


def path(event: Event, organization: Organization) -> str:
    return f"events/{event.pk}/organizations/{organization.pk}/"


def accepting(who: Member, event: Event, organization: Organization) -> Request:
    return asking(who, "post", path(event, organization))


def declining(who: Member, event: Event, organization: Organization) -> Request:
    return asking(who, "delete", path(event, organization))


def status(event: Event) -> str | None:
    return event.event_organizations.values_list("status", flat=True).first()


def versions(event: Event) -> int:
    return Event.objects.values_list("sequence", flat=True).get(pk=event.pk)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_owners_accepting_at_once_accept_once(_round):
    event, organization, owner = invitation()
    other = MembershipFactory(organization=organization, role=Role.OWNER).member

    answers = at_once(
        *[accepting(who, event, organization) for who in (owner, other)] * 3
    )

    assert answers == [200] * 6
    assert (status(event), versions(event)) == (Status.CONFIRMED, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepting_while_another_owner_declines(_round):
    event, organization, owner = invitation()
    other = MembershipFactory(organization=organization, role=Role.OWNER).member

    answers = at_once(
        accepting(owner, event, organization), declining(other, event, organization)
    )

    assert answers == [200, 204]
    # Accepted and taken away again, or declined and accepted all the same.
    assert (status(event), versions(event)) in [
        (Status.DECLINED, 2),
        (Status.CONFIRMED, 1),
    ]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepting_while_the_creator_takes_it_back(_round):
    event, organization, owner = invitation()

    accepted, taken = at_once(
        accepting(owner, event, organization),
        declining(event.creator, event, organization),
    )

    assert taken == 204
    # Taken back first, it is an event like any other of strangers.
    assert (accepted, versions(event)) in [(200, 2), (403, 0)]
    assert status(event) is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepting_while_the_organization_is_deleted(_round):
    event, organization, owner = invitation()
    other = MembershipFactory(organization=organization, role=Role.OWNER).member

    accepted, deleted = at_once(
        accepting(owner, event, organization),
        asking(other, "delete", f"organizations/{organization.pk}"),
    )

    assert deleted == 204
    assert (accepted, versions(event)) in [(200, 1), (404, 0)]
    assert not EventOrganization.objects.exists()
    assert Event.objects.filter(pk=event.pk).exists()


@pytest.mark.parametrize("scheduled", [True, False])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepting_while_the_event_is_cancelled(scheduled, _round):
    event, organization, owner = invitation(scheduled=scheduled)

    accepted, cancelled = at_once(
        accepting(owner, event, organization),
        asking(event.creator, "delete", f"events/{event.pk}"),
    )

    assert cancelled == 204
    assert accepted in (200, 404)
    if scheduled:
        assert not Event.objects.exists()
        assert not EventOrganization.objects.exists()
    else:
        confirmed = Status.CONFIRMED if accepted == 200 else Status.INVITED
        assert status(event) == confirmed


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepting_while_the_owner_is_demoted(_round):
    event, organization, owner = invitation()
    other = MembershipFactory(organization=organization, role=Role.OWNER).member

    accepted, demoted = at_once(
        accepting(owner, event, organization),
        setting(other, organization, owner, "member"),
    )

    assert demoted == 200
    assert Membership.objects.get(member=owner).role == Role.MEMBER
    assert (accepted, status(event)) in [
        (200, Status.CONFIRMED),
        (403, Status.INVITED),
    ]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accounts_of_owner_and_creator_deleted_meanwhile(_round):
    event, organization, owner = invitation()
    creator, title = event.creator, {"title": "Fest"}
    named = title | {"organizations": [{"id": organization.pk}]}

    answers = at_once(
        accepting(owner, event, organization),
        declining(creator, event, organization),
        deleting(owner),
        deleting(creator),
        asking(creator, "post", "events/create/", named),
        asking(creator, "patch", f"events/{event.pk}", named),
    )

    assert max(answers) < 500
    assert answers[2:4] == [204, 204]
    assert not InvitationMail.objects.exists()
    assert not Membership.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_organization_invited_by_all_ways_at_once(_round):
    event, organization = EventFactory(), OrganizationFactory()
    owner = MembershipFactory(organization=organization, role=Role.OWNER).member
    creator, named = event.creator, {"organizations": [{"id": organization.pk}]}

    answers = at_once(
        *[accepting(creator, event, organization)] * 4,
        *[asking(creator, "patch", f"events/{event.pk}", named)] * 2,
        *[asking(creator, "post", "events/create/", named | {"title": "New"})] * 2,
        setting(owner, organization, MemberFactory(), "owner"),
    )

    assert answers == [200] * 6 + [202] * 2 + [200]
    assert status(event) == Status.INVITED
    mails = InvitationMail.objects.filter(event=event)
    assert [mail.member_id for mail in mails] == [owner.pk]
    assert InvitationMail.objects.count() == 3

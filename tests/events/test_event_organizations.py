"""Events of several organizations: who is named at once, who is asked, who answers."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from rest_framework.test import APIClient

from events import constants, services
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
    host,
    invite,
)
from tests.events.organizations import NOT_FOUND, NOT_YOURS
from tests.factories import MemberFactory
from tests.staff import staff_who_may

CREATE = "/api/events/create/"
URL = "/api/events/"
DECLINED = "This organization has declined. Only its owners can add it."


@pytest.fixture
def club(ann) -> Organization:
    """An organization of ann's."""
    return owned_by(ann, title="Club")


@pytest.fixture
def eve(db) -> Member:
    return MemberFactory(first_name="Eve")


@pytest.fixture
def band(eve) -> Organization:
    """An organization of eve's, whom ann does not know."""
    return owned_by(eve, title="Band")


def owned_by(member: Member, **fields) -> Organization:
    organization = OrganizationFactory(**fields)
    MembershipFactory(organization=organization, member=member, role=Role.OWNER)
    return organization


def url(event: Event, organization: Organization) -> str:
    return f"{URL}{event.pk}/organizations/{organization.pk}/"


def created(client: APIClient, *organizations: Organization) -> Event:
    named = [{"id": organization.pk} for organization in organizations]
    response = client.post(CREATE, {"title": "Fest", "organizations": named})
    assert response.status_code == 202, response.content
    return Event.objects.get(pk=response.json()["id"])


def seen(client: APIClient, event: Event) -> dict[str, str]:
    """The status of each organization, by its title, as the client sees it."""
    response = client.get(f"{URL}{event.pk}")
    assert response.status_code == 200, response.content
    return {o["title"]: o["status"] for o in response.json()["organizations"]}


def statuses(event: Event) -> dict[str, str]:
    rows = event.event_organizations.order_by("organization")
    return dict(rows.values_list("organization__title", "status"))


def publish(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(publish_at=Now())
    services.publish_event(event.pk)


# --- named by the creator ---------------------------------------------------------


def test_own_organizations_stand_and_others_are_invited(
    ann, as_ann, eve, club, band, signed_in
):
    mine = MembershipFactory(member=ann, organization__title="Choir").organization
    named_only = MembershipFactory(
        member=ann, organization__title="Trap", confirmed_at=None
    ).organization
    stranger = signed_in(MemberFactory())

    event = created(as_ann, club, band, mine, named_only)

    assert seen(as_ann, event) == {
        "Club": "confirmed",
        "Band": "invited",
        "Choir": "confirmed",
        "Trap": "invited",
    }
    publish(event)
    assert seen(stranger, event) == {"Club": "confirmed", "Choir": "confirmed"}
    # Naming an organization is no word about the own membership any more.
    assert not named_only.memberships.exclude(confirmed_at=None).exists()


def test_form_invites_as_json_does(as_ann, club, band):
    named = json.dumps([{"id": club.pk}, {"id": band.pk}])

    response = as_ann.post(
        CREATE, {"title": "Fest", "organizations": named}, format="multipart"
    )

    assert response.status_code == 202
    assert statuses(Event.objects.get()) == {"Club": "confirmed", "Band": "invited"}


def test_everybody_reads_the_same_organizations_everywhere(
    ann, as_ann, eve, club, band, signed_in
):
    event = EventFactory(creator=ann, title="Fest")
    host(event, club)
    invite(event, band)
    co_owner = MembershipFactory(organization=club, role=Role.OWNER).member
    only_member = MembershipFactory(organization=band).member
    named_owner = MembershipFactory(
        organization=band, role=Role.OWNER, confirmed_at=None
    ).member

    def everywhere(member: Member) -> dict[str, str]:
        client = signed_in(member)
        answers = [
            client.get(f"{URL}{event.pk}").json(),
            client.get(URL, {"search": "Fest"}).json()["results"][0],
            client.get(f"{URL}{event.pk}", {"format": "geojson"}).json()["properties"],
            client.get(URL, {"format": "geojson"}).json()["features"][0]["properties"],
        ]
        found = [
            {o["title"]: o["status"] for o in answer["organizations"]}
            for answer in answers
        ]
        assert all(one == found[0] for one in found)
        return found[0]

    both = {"Club": "confirmed", "Band": "invited"}
    for member in (ann, eve, co_owner, staff_who_may("events.change_event")):
        assert everywhere(member) == both
    for member in (only_member, named_owner, MemberFactory()):
        assert everywhere(member) == {"Club": "confirmed"}


@pytest.mark.parametrize("method", ["post", "patch"])
def test_unknown_organization_is_400_with_all_else_that_is_wrong(as_ann, ann, method):
    path = CREATE if method == "post" else f"{URL}{EventFactory(creator=ann).pk}"
    given = {"title": "Fest", "organizations": [{"id": 10**12}]}

    response = getattr(as_ann, method)(path, given)

    assert response.status_code == 400
    assert response.json() == {"organizations": ["There is no such organization."]}
    both = as_ann.post(CREATE, {"organizations": [{"id": 10**12}]}).json()
    assert set(both) == {"title", "organizations"}


def test_changing_keeps_the_status_of_what_stays(as_ann, ann, club, band, eve):
    event = created(as_ann, club)
    other = OrganizationFactory(title="Other")
    body = as_ann.get(f"{URL}{event.pk}").json()

    changed = as_ann.patch(
        f"{URL}{event.pk}",
        {"organizations": [*body["organizations"], {"id": band.pk}]},
    )

    assert changed.status_code == 200
    assert statuses(event) == {"Club": "confirmed", "Band": "invited"}
    services.add_organization(eve, event.pk, band.pk)
    named = [{"id": band.pk}, {"id": other.pk}]
    as_ann.patch(f"{URL}{event.pk}", {"organizations": named})
    assert statuses(event) == {"Band": "confirmed", "Other": "invited"}
    as_ann.patch(f"{URL}{event.pk}", {"title": "New"})
    assert len(statuses(event)) == 2
    as_ann.patch(f"{URL}{event.pk}", {"organizations": []})
    assert statuses(event) == {}


# --- asked and answered -----------------------------------------------------------


def test_owner_is_shown_the_event_before_it_is_there_and_accepts(
    as_ann, eve, band, club, signed_in
):
    event, as_eve = created(as_ann, club, band), signed_in(eve)

    asked = as_eve.get(URL, {"invited": "true"}).json()

    assert (asked["count"], asked["results"][0]["id"]) == (1, event.pk)
    assert asked["results"][0]["status"] == "scheduled"
    assert seen(as_eve, event) == {"Club": "confirmed", "Band": "invited"}
    for _time in range(2):
        accepted = as_eve.post(url(event, band))
        assert accepted.status_code == 200
        assert accepted.json() == {
            "id": band.pk, "title": "Band", "status": "confirmed",
        }  # fmt: skip
    event.refresh_from_db()
    assert event.sequence == 1  # calendars show where it is by its organizations
    assert as_eve.get(URL, {"invited": "true"}).json()["count"] == 0
    # Before the publication too: it is their event now.
    assert seen(as_eve, event) == {"Club": "confirmed", "Band": "confirmed"}


def test_invited_filter_combines_and_excludes(ann, as_ann, eve, band, signed_in):
    as_eve = signed_in(eve)
    inviting = EventFactory(creator=ann, title="Fest")
    scheduled = EventFactory(creator=ann, title="Secret", scheduled=True)
    cancelled = EventFactory(creator=ann, cancelled_at=Now())
    other = EventFactory(title="Fest")
    declined = EventFactory(title="Fest")
    invite(inviting, band)
    invite(scheduled, band)
    invite(cancelled, band)
    invite(declined, band)
    services.remove_organization(eve, declined.pk, band.pk)

    def found(client: APIClient, **query: str) -> set[int]:
        return {row["id"] for row in client.get(URL, query).json()["results"]}

    assert found(as_eve, invited="true") == {inviting.pk, scheduled.pk}
    assert found(as_eve, invited="true", search="fest") == {inviting.pk}
    assert found(as_eve, invited="true", ordering="-date") == {
        inviting.pk, scheduled.pk,
    }  # fmt: skip
    assert found(as_eve, invited="false") == {other.pk, declined.pk}
    assert found(as_ann, invited="true") == set()
    assert found(as_ann, invited="false") == {inviting.pk, other.pk, declined.pk}
    assert as_eve.get(URL, {"invited": "maybe"}).status_code == 400


@pytest.mark.parametrize("is_published", [True, False])
def test_who_may_neither_change_nor_answer(
    ann, eve, band, club, signed_in, is_published
):
    event = EventFactory(creator=ann, scheduled=not is_published)
    host(event, club)
    invite(event, band)
    refusal = (403, NOT_YOURS) if is_published else (404, NOT_FOUND)
    of_another = owned_by(MemberFactory())
    others = {
        MembershipFactory(organization=band).member: band,
        MembershipFactory(
            organization=band, role=Role.OWNER, confirmed_at=None
        ).member: band,
        MembershipFactory(organization=club).member: band,
        of_another.memberships.get().member: of_another,
        MemberFactory(): club,
    }

    for member, organization in others.items():
        for method in ("post", "delete"):
            response = getattr(signed_in(member), method)(url(event, organization))
            assert (response.status_code, response.json()) == refusal
    # Eve answers for her own organization only, and changes nothing else.
    for method in ("post", "delete"):
        response = getattr(signed_in(eve), method)(url(event, club))
        assert (response.status_code, response.json()) == (403, NOT_YOURS)
    assert signed_in(eve).patch(f"{URL}{event.pk}", {"title": "X"}).status_code == 403
    assert statuses(event) == {"Club": "confirmed", "Band": "invited"}


def test_only_organizations_that_stand_give_rights(ann, eve, band, signed_in):
    event, as_eve = EventFactory(creator=ann), signed_in(eve)
    invite(event, band)
    change = {"title": "Ours"}

    assert as_eve.patch(f"{URL}{event.pk}", change).status_code == 403
    assert as_eve.delete(f"{URL}{event.pk}").status_code == 403
    as_eve.post(url(event, band))
    assert as_eve.patch(f"{URL}{event.pk}", change).status_code == 200
    Membership.objects.filter(member=eve).update(confirmed_at=None)
    assert as_eve.patch(f"{URL}{event.pk}", change).status_code == 403
    Membership.objects.filter(member=eve).update(confirmed_at=Now())
    as_eve.delete(url(event, band))
    assert as_eve.patch(f"{URL}{event.pk}", change).status_code == 403


def test_unknown_ones_are_404(as_ann, ann, club):
    event, nothing = EventFactory(creator=ann), 10**17
    cancelled = EventFactory(creator=ann, cancelled_at=Now())
    host(cancelled, club)

    for path in (
        f"{URL}{nothing}/organizations/{club.pk}/",
        f"{URL}{event.pk}/organizations/{nothing}/",
        url(cancelled, club),
    ):
        for method in (as_ann.post, as_ann.delete):
            response = method(path)
            assert (response.status_code, response.json()) == (404, NOT_FOUND)
    assert as_ann.get(url(event, club)).status_code == 405


def test_creator_invites_adds_and_takes_back(as_ann, ann, club, band):
    event = created(as_ann)

    answers = [as_ann.post(url(event, o)).json() for o in (club, band, band)]

    assert [a["status"] for a in answers] == ["confirmed", "invited", "invited"]
    for _time in range(2):
        assert as_ann.delete(url(event, band)).status_code == 204
    assert statuses(event) == {"Club": "confirmed"}
    assert as_ann.post(url(event, band)).json()["status"] == "invited"
    # An own organization is taken away by its creator, not declined by its owner.
    as_ann.delete(url(event, club))
    assert as_ann.post(url(event, club)).json()["status"] == "confirmed"


def test_owner_of_one_that_stands_invites_another(eve, band, club, signed_in):
    event = EventFactory()
    host(event, band)

    assert signed_in(eve).post(url(event, club)).json()["status"] == "invited"
    assert signed_in(eve).delete(url(event, club)).status_code == 204


def test_what_owners_declined_comes_back_by_owners_alone(
    ann, as_ann, eve, band, club, signed_in
):
    MembershipFactory(organization=band, member=ann)  # a member is not enough
    event, as_eve = EventFactory(creator=ann), signed_in(eve)
    invite(event, band)

    for _time in range(2):
        assert as_eve.delete(url(event, band)).status_code == 204

    assert statuses(event) == {"Band": "declined"}
    assert seen(as_ann, event) == seen(as_eve, event) == {}
    again = as_ann.post(url(event, band))
    assert (again.status_code, again.json()) == (
        409,
        {"detail": DECLINED, "code": "organization_declined"},
    )
    named = {"organizations": [{"id": club.pk}, {"id": band.pk}]}
    changed = as_ann.patch(f"{URL}{event.pk}", named)
    assert (changed.status_code, changed.json()) == (400, {"organizations": [DECLINED]})
    # Neither does taking it away make it forgotten.
    assert as_ann.delete(url(event, band)).status_code == 204
    as_ann.patch(f"{URL}{event.pk}", {"organizations": []})
    assert statuses(event) == {"Band": "declined"}
    assert as_eve.post(url(event, band)).json()["status"] == "confirmed"


def test_owner_takes_an_organization_away_that_stands(as_ann, ann, eve, band):
    event = EventFactory(creator=ann)
    host(event, band)

    services.remove_organization(eve, event.pk, band.pk)

    event.refresh_from_db()
    assert (statuses(event), event.sequence) == ({"Band": "declined"}, 1)
    assert as_ann.get(URL, {"organization": band.pk}).json()["count"] == 0


def test_staff_adds_accepts_and_takes_away(band, club, signed_in):
    as_staff = signed_in(staff_who_may("events.change_event"))
    event = EventFactory(scheduled=True)
    invite(event, band)

    for organization in (band, club):
        added = as_staff.post(url(event, organization))
        assert (added.status_code, added.json()["status"]) == (200, "confirmed")
    assert seen(as_staff, event) == {"Band": "confirmed", "Club": "confirmed"}
    assert as_staff.patch(f"{URL}{event.pk}", {"title": "New"}).status_code == 200
    for organization in (band, club):
        assert as_staff.delete(url(event, organization)).status_code == 204
    assert statuses(event) == {}


def test_an_event_has_a_bounded_number_of_them(as_ann, ann, club, monkeypatch):
    monkeypatch.setattr(constants, "ORGANIZATIONS_MAX", 2)
    event = EventFactory(creator=ann)
    declined = OrganizationFactory()
    EventOrganization.objects.create(
        event=event, organization=declined, status="declined", answered_at=Now()
    )
    host(event, OrganizationFactory())
    invite(event, OrganizationFactory())

    response = as_ann.post(url(event, club))

    assert (response.status_code, response.json()["code"]) == (
        409,
        "too_many_organizations",
    )


# --- what follows from it ---------------------------------------------------------


def test_only_those_that_stand_are_found_and_addressed(as_ann, ann, band, club):
    Organization.objects.update(address="Nevsky 1")
    event = EventFactory(creator=ann, date="2027-01-05T10:00Z")
    invite(event, club)
    calendar = f"{URL}{event.pk}/calendar.ics"
    assert as_ann.get(URL, {"organization": club.pk}).json()["count"] == 0
    assert "LOCATION" not in as_ann.get(calendar).text
    assert "LOCATION" not in as_ann.get(f"{URL}calendar.ics").text

    host(event, band)
    host(event, club)

    assert as_ann.get(URL, {"organization": club.pk}).json()["count"] == 1
    first = min(band, club, key=lambda o: o.pk)
    line = f"LOCATION:{first.title}\\, Nevsky 1"
    assert line in as_ann.get(calendar).text
    found = as_ann.get(f"{URL}calendar.ics", {"organization": club.pk})
    assert line in found.text


def test_own_data_has_what_one_asked_and_was_asked(as_ann, ann, eve, band, signed_in):
    event = created(as_ann, band)
    InvitationMail.objects.update(sent_at=Now())

    mine = as_ann.get("/api/clients/me/export/").json()["events"]
    hers = signed_in(eve).get("/api/clients/me/export/").json()["events"]

    (named,) = mine["organizations_of_created"]
    assert named == {
        "event": event.pk,
        "organization": band.pk,
        "organization__title": "Band",
        "status": "invited",
        "invited_at": named["invited_at"],
        "answered_at": None,
    }
    (mail,) = hers["invitation_mails"]
    assert (mail["event"], mail["organization"]) == (event.pk, band.pk)
    assert hers["organizations_of_created"] == mine["invitation_mails"] == []


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": "king", "answered_at": Now()}, "event_organization_status_known"),
        ({"status": Status.CONFIRMED}, "event_organization_answered"),
        ({"answered_at": Now()}, "event_organization_answered"),
        ({}, "event_organization_unique"),
    ],
)
def test_the_database_holds_the_rules(band, fields, rule):
    event = EventFactory()
    if not fields:
        invite(event, band)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        EventOrganization.objects.create(event=event, organization=band, **fields)

"""Organizations and who belongs to them, in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.functions import Now

from events.models import Departure, Membership, Organization, Role
from tests.events.admin.pages import (
    EVENTS,
    MEMBERSHIPS,
    ORGANIZATIONS,
    add,
    change,
    delete,
    organization_form,
)
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    host,
)
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import errors_of, listed

OWNER_UNCONFIRMED = (
    "The new owner has not confirmed yet. An organization needs an owner "
    "who has confirmed."
)
LAST_OWNER = "An organization needs an owner. Make another member an owner first."


@pytest.fixture
def club(db) -> Organization:
    """Of an owner and a member."""
    club = OrganizationFactory(title="Club", lon=30.31, lat=59.94)
    MembershipFactory(organization=club, role=Role.MEMBER)
    MembershipFactory(organization=club, role=Role.OWNER)
    return club


def roles(organization: Organization) -> dict[int, str]:
    return dict(organization.memberships.values_list("member", "role"))


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- organizations ----------------------------------------------------------------


def test_list_is_searched_filtered_and_counts(admin_client, club):
    club.postcode, club.address = "190000", "Nevsky 1"
    club.save()
    host(EventFactory(), club)
    other = OrganizationFactory(title="Choir")

    page = admin_client.get(ORGANIZATIONS)

    assert listed(page) == [other, club]
    assert "190000, Nevsky 1" in page.text
    assert f'<a href="{MEMBERSHIPS}?organization={club.pk}">2</a>' in page.text
    assert f'<a href="{EVENTS}?organization={club.pk}">1</a>' in page.text
    assert f'<a href="{EVENTS}?organization={other.pk}">0</a>' in page.text
    assert listed(admin_client.get(ORGANIZATIONS, {"q": "LUB"})) == [club]
    assert listed(admin_client.get(ORGANIZATIONS, {"location__isempty": 1})) == [other]
    linked = admin_client.get(MEMBERSHIPS, {"organization": club.pk})
    assert len(listed(linked)) == 2


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        for _ in range(n):
            host(EventFactory(), MembershipFactory().organization)
        # The session, its member, the count, the rows.
        for url in (ORGANIZATIONS, MEMBERSHIPS):
            with django_assert_num_queries(4):
                listed(admin_client.get(url))


def test_form_shows_the_map_and_the_members(
    admin_client, club, django_assert_max_num_queries
):
    for _ in range(60):
        MembershipFactory(organization=club)
    owner = club.memberships.get(role=Role.OWNER)

    with django_assert_max_num_queries(12):
        response = admin_client.get(change(club))

    assert "place_field.js" in response.text
    assert f"?organization={club.pk}" in response.text
    shown, new = (form.formset for form in response.context["inline_admin_formsets"])
    assert len(shown.forms) == 50
    assert shown.forms[0].instance == owner
    assert len(new.forms) == 0
    assert "autocomplete" in response.text


def test_added_with_its_members(admin_client, admin_user):
    owner, other = MemberFactory(), MemberFactory()
    blank = Organization(title="Choir", address="Nevsky 1")
    data = organization_form(
        blank, (owner, "owner"), (other, "member"), (owner, "owner")
    )

    response = admin_client.post(add(Organization), data)

    assert response.headers["Location"] == ORGANIZATIONS
    choir = Organization.objects.get()
    assert (choir.title, choir.address) == ("Choir", "Nevsky 1")
    assert roles(choir) == {owner.pk: "owner", other.pk: "member"}
    assert not choir.memberships.exclude(confirmed_at=None).exists()
    assert not choir.members.filter(pk=admin_user.pk).exists()


def test_saving_unchanged_changes_nothing(admin_client, club):
    before = [Organization.objects.values().get(), *club.memberships.values()]

    response = admin_client.post(change(club), organization_form(club))

    assert response.status_code == 302
    assert [Organization.objects.values().get(), *club.memberships.values()] == before


def test_fields_and_place_are_changed(admin_client, club):
    place = '{"type": "Point", "coordinates": [190.5, 1]}'

    admin_client.post(
        change(club), organization_form(club, title="New", location=place)
    )

    club.refresh_from_db()
    assert club.title == "New"
    assert club.location.coords == pytest.approx((-169.5, 1))
    bad = organization_form(club, location='{"type": "Point", "coordinates": [1, 91]}')
    assert list(errors_of(admin_client.post(change(club), bad))) == ["location"]


def test_ownership_goes_from_one_to_another_at_once(admin_client, club):
    owner, member = club.memberships.order_by("-role")
    new = MemberFactory()

    admin_client.post(
        change(club),
        organization_form(
            club,
            (new, "member"),
            **{"memberships-0-role": "member", "memberships-1-role": "owner"},
        ),
    )

    assert roles(club) == {
        owner.member_id: "member", member.member_id: "owner", new.pk: "member",
    }  # fmt: skip
    logged = LogEntry.objects.get().get_change_message()
    assert "Changed Role" in logged
    assert "Added membership" in logged


def test_member_is_removed(admin_client, club):
    owner = club.memberships.get(role=Role.OWNER)

    admin_client.post(
        change(club), organization_form(club, **{"memberships-1-DELETE": "on"})
    )

    assert roles(club) == {owner.member_id: "owner"}


@pytest.mark.parametrize(
    "data", [{"memberships-0-role": "member"}, {"memberships-0-DELETE": "on"}]
)
def test_without_an_owner_nothing_is_saved(admin_client, club, data):
    before = roles(club)

    response = admin_client.post(
        change(club), organization_form(club, title="New", **data), follow=True
    )

    assert said(response) == [LAST_OWNER]
    assert roles(club) == before
    club.refresh_from_db()
    assert club.title == "Club"


@pytest.mark.parametrize(
    "data", [{"memberships-0-role": "member"}, {"memberships-0-DELETE": "on"}]
)
def test_it_is_not_left_to_an_owner_who_is_only_named(admin_client, club, data):
    owner, member = club.memberships.order_by("-role")
    named = MemberFactory()
    leave = organization_form(club, (named, "owner"), **data)

    response = admin_client.post(change(club), leave, follow=True)
    assert said(response) == [OWNER_UNCONFIRMED]
    assert roles(club) == {owner.member_id: "owner", member.member_id: "member"}

    admin_client.post(change(club), organization_form(club, (named, "owner")))
    response = admin_client.post(delete(owner), {"post": "yes"}, follow=True)
    assert said(response)[-1] == OWNER_UNCONFIRMED
    club.memberships.filter(member=named).update(confirmed_at=Now())
    response = admin_client.post(delete(owner), {"post": "yes"}, follow=True)
    assert roles(club) == {member.member_id: "member", named.pk: "owner"}


def test_where_nobody_owns_it_any_more_staff_names_an_owner(admin_client, club):
    """Whose account is inactive or gone owns nothing; nor does who has left it."""
    owner = club.memberships.get(role=Role.OWNER)
    owner.member.is_active = False
    owner.member.save()
    gone, named = MemberFactory(), MemberFactory()
    Departure.objects.create(organization=club, member=gone)
    remove = {"memberships-0-DELETE": "on"}

    form = organization_form(club, (gone, "owner"), **remove)
    assert said(admin_client.post(change(club), form, follow=True)) == [LAST_OWNER]
    admin_client.post(change(club), organization_form(club, (named, "owner"), **remove))

    assert roles(club)[named.pk] == "owner"
    assert owner.member_id not in roles(club)


def test_member_named_again_gets_the_role(admin_client, club):
    member = club.memberships.get(role=Role.MEMBER).member

    admin_client.post(change(club), organization_form(club, (member, "owner")))

    assert roles(club)[member.pk] == "owner"
    assert club.memberships.count() == 2


@pytest.mark.parametrize("from_the_list", [True, False])
def test_deleted_organization_leaves_its_events(admin_client, club, from_the_list):
    event = EventFactory()
    host(event, club)
    page = admin_client.get(delete(club))
    counts = {
        "organizations": 1, "memberships": 2, "rooms": 1, "organizations of events": 1,
    }  # fmt: skip
    assert dict(page.context["model_count"]) == counts

    if from_the_list:
        data = {"action": "delete_selected", "_selected_action": [club.pk]}
        admin_client.post(ORGANIZATIONS, {**data, "post": "yes"})
    else:
        admin_client.post(delete(club), {"post": "yes"})

    assert not Organization.objects.exists()
    event.refresh_from_db()
    assert not event.organizations.exists()


def test_rights_are_djangos(staff_with, club):
    client = staff_with("view_organization", "change_organization")

    page = client.get(change(club))

    assert [*page.context["inline_admin_formsets"]] == []
    assert client.post(delete(club), {"post": "yes"}).status_code == 403
    client.post(change(club), organization_form(club, (MemberFactory(), "owner")))
    assert club.memberships.count() == 2


# --- memberships ------------------------------------------------------------------


def test_memberships_are_found(admin_client, club):
    owner, member = club.memberships.order_by("-role")
    unasked = Membership.objects.create(
        organization=OrganizationFactory(), member=MemberFactory(email="x@example.com")
    )

    assert listed(admin_client.get(MEMBERSHIPS, {"q": "X@example.com"})) == [unasked]
    assert listed(admin_client.get(MEMBERSHIPS, {"role__exact": "owner"})) == [owner]
    empty = {"confirmed_at__isempty": 1}
    assert listed(admin_client.get(MEMBERSHIPS, empty)) == [unasked]
    of_club = listed(admin_client.get(MEMBERSHIPS, {"organization": club.pk}))
    assert set(of_club) == {owner, member}


def test_role_is_changed_by_the_service(admin_client, club):
    owner, member = club.memberships.order_by("-role")

    admin_client.post(change(member), {"role": "owner"})
    assert set(roles(club).values()) == {"owner"}
    admin_client.post(change(owner), {"role": "member"})
    response = admin_client.post(change(member), {"role": "member"}, follow=True)

    assert said(response)[-1] == LAST_OWNER
    assert roles(club) == {owner.member_id: "member", member.member_id: "owner"}
    assert admin_client.get(f"{MEMBERSHIPS}add/").status_code == 403


def test_last_owner_goes_only_with_all_others(admin_client, club):
    owner, member = club.memberships.order_by("-role")

    response = admin_client.post(delete(owner), {"post": "yes"}, follow=True)
    assert said(response) == [LAST_OWNER]
    data = {"action": "delete_selected", "post": "yes"}
    for chosen, left in (([owner], 2), ([owner, member], 0)):
        rows = {"_selected_action": [row.pk for row in chosen]}
        admin_client.post(MEMBERSHIPS, data | rows)
        assert club.memberships.count() == left

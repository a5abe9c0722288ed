"""Named in organizations by others: listed, told, and no more until one confirms."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from events import constants, services
from events.models import Departure, Membership, NamingMail, Organization, Role
from matchmaker.models import Block, Member
from project.lib.api.rates import Rate
from tests.events.factories import MembershipFactory
from tests.factories import MemberFactory
from tests.staff import staff_who_may

CREATE = "/api/organizations/create/"
ME = "/api/clients/me/"
REFUSED = ["There is no such member, or they do not want to be named in organizations."]

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob")


@pytest.fixture
def club(ann) -> Organization:
    return MembershipFactory(member=ann, role=Role.OWNER).organization


def url(organization: Organization) -> str:
    return f"/api/organizations/{organization.pk}/members/"


def own(member: Member, **more) -> dict:
    return {"user": {"id": member.pk}, **more}


def listed(client, organization: Organization) -> dict[int, tuple[str, bool]]:
    users = client.get(f"/api/organizations/{organization.pk}").json()["users"]
    return {user["id"]: (user["role"], user["confirmed"]) for user in users}


# --- leaving, and coming back ------------------------------------------------------


@pytest.mark.parametrize("confirmed", [True, False])
def test_who_left_comes_back_by_own_consent_only(
    ann, as_ann, bob, club, signed_in, confirmed
):
    MembershipFactory(organization=club, member=bob, **_at(confirmed))
    as_bob = signed_in(bob)
    assert as_bob.delete(url(club), own(bob)).status_code == 204

    # Nobody has asked for bob since: leaving keeps no key.
    assert as_bob.post(url(club), own(bob)).status_code == 403
    for role in ("member", "owner"):
        assert as_ann.post(url(club), own(bob, role=role)).status_code == 200
        assert listed(as_ann, club) == {ann.pk: ("owner", True)}
    assert as_bob.post(url(club), own(bob, role="owner")).status_code == 403

    back = as_bob.post(url(club), own(bob))

    assert back.status_code == 200
    assert listed(as_ann, club)[bob.pk] == ("member", True)
    assert not Departure.objects.exists()


def test_being_asked_back_is_taken_back_by_either(as_ann, bob, club, signed_in):
    MembershipFactory(organization=club, member=bob)
    as_bob = signed_in(bob)
    as_bob.delete(url(club), own(bob))

    for client in (as_ann, as_bob):
        as_ann.post(url(club), own(bob))
        assert client.delete(url(club), own(bob)).status_code == 204
        assert as_bob.post(url(club), own(bob)).status_code == 403
    assert Departure.objects.get().asked_back_at is None


def test_staff_too_asks_back_only_who_left(ann, bob, club, signed_in):
    MembershipFactory(organization=club, member=bob, **_at(False))
    services.remove_member(bob, club.pk, user_id=bob.pk, email=None)

    as_staff = signed_in(staff_who_may("events.add_membership"))
    assert as_staff.post(url(club), own(bob)).status_code == 200
    services.change_memberships(ann, club.pk, roles={bob.pk: Role.OWNER})

    assert not club.memberships.filter(member=bob).exists()
    assert Departure.objects.get().asked_back_at is not None


def test_the_database_refuses_the_names_of_who_left_or_does_not_want(bob, club):
    willing = MemberFactory()
    Departure.objects.create(organization=club, member=willing)
    Member.objects.filter(pk=bob.pk).update(may_be_named=False)

    for member in (bob, willing):
        with (
            pytest.raises(IntegrityError, match="left, or does not"),
            transaction.atomic(),
        ):
            Membership.objects.create(organization=club, member=member)
    MembershipFactory(organization=club, member=bob)  # by own consent


# --- owners that are none yet ------------------------------------------------------


def test_who_is_named_an_owner_is_none_until_they_confirm(as_ann, bob, club, signed_in):
    as_ann.post(url(club), own(bob, role="owner"))
    as_bob, other = signed_in(bob), MemberFactory()
    path = f"/api/organizations/{club.pk}"

    answers = [
        as_bob.patch(path, {"title": "Bob's"}),
        as_bob.delete(path),
        as_bob.post(url(club), own(other)),
        as_bob.delete(url(club), own(other)),
    ]
    assert [a.status_code for a in answers] == [403] * 4

    assert as_bob.post(url(club), own(bob)).status_code == 200
    assert as_bob.patch(path, {"title": "Bob's"}).status_code == 200


def test_who_is_named_the_only_owner_may_always_refuse(bob, club, signed_in):
    club.memberships.all().delete()
    MembershipFactory(organization=club, member=bob, role=Role.OWNER, **_at(False))

    assert signed_in(bob).delete(url(club), own(bob)).status_code == 204


def test_who_is_named_an_owner_may_confirm_to_be_less(as_ann, bob, club, signed_in):
    as_ann.post(url(club), own(bob, role="owner"))

    assert signed_in(bob).post(url(club), own(bob, role="member")).status_code == 200

    assert listed(as_ann, club)[bob.pk] == ("member", True)


# --- who does not want it ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_may_be_named_is_ones_own_to_say(bob, signed_in, kind):
    as_bob = signed_in(bob)
    assert as_bob.get(ME).json()["may_be_named"] is True

    refused = as_bob.patch(ME, {"may_be_named": False}, format=kind)

    assert (refused.status_code, refused.json()["may_be_named"]) == (200, False)
    unchanged = as_bob.patch(ME, {"first_name": "Rob"}, format=kind)
    assert unchanged.json()["may_be_named"] is False
    assert (
        as_bob.get("/api/clients/me/export/").json()["profile"]["may_be_named"] is False
    )
    assert as_bob.patch(ME, {"may_be_named": "x"}).status_code == 400
    assert as_bob.patch(ME, {"may_be_named": None}).status_code == 400


def test_who_does_not_want_is_refused_as_who_is_not_there(
    ann, as_ann, bob, club, signed_in
):
    unwilling = MemberFactory(may_be_named=False)
    hidden = MemberFactory(may_be_named=False)
    Block.objects.create(from_member=hidden, to_member=ann)
    inactive = MemberFactory(is_active=False)
    nobody = Member(pk=10**12, email="nobody@example.com")

    answers = []
    for member in (unwilling, hidden, inactive, nobody):
        for name in ({"id": member.pk}, {"email": member.email}):
            made = as_ann.post(CREATE, {"title": "X", "users": [name, {"id": bob.pk}]})
            named = as_ann.post(url(club), {"user": name})
            wrong = as_ann.post(url(club), {"user": name, "role": "king"})
            answers.append((made.status_code, made.json(), named.json(), wrong.json()))

    assert answers[0][:3] == (400, {"users": REFUSED}, {"user": REFUSED})
    assert set(answers[0][3]) == {"user", "role"}
    assert all(answer == answers[0] for answer in answers)
    assert Organization.objects.count() == 1
    assert not NamingMail.objects.exists()


def test_refusing_to_be_named_leaves_ones_own_organizations_alone(
    as_ann, ann, bob, club, signed_in
):
    MembershipFactory(organization=club, member=bob)
    for client in (signed_in(bob), as_ann):
        client.patch(ME, {"may_be_named": False})

    promoted = as_ann.post(url(club), own(bob, role="owner"))

    assert promoted.status_code == 200
    assert listed(as_ann, club)[bob.pk] == ("owner", True)
    mine = as_ann.post(CREATE, {"title": "Mine", "users": [{"id": ann.pk}]})
    assert mine.status_code == 201


# --- how many ----------------------------------------------------------------------


def test_so_many_at_once_and_no_more(as_ann):
    named = [{"id": m.pk} for m in MemberFactory.create_batch(constants.USERS_MAX + 1)]

    too_many = as_ann.post(CREATE, {"title": "X", "users": named})
    enough = as_ann.post(CREATE, {"title": "X", "users": named[1:]})

    assert (too_many.status_code, list(too_many.json())) == (400, ["users"])
    assert enough.status_code == 201
    assert NamingMail.objects.count() == constants.USERS_MAX


def test_each_person_named_counts(ann, as_ann, bob, club, settings):
    settings.THROTTLES = True
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"name": Rate.of("4/day")}
    eve = MemberFactory()
    two = [{"id": bob.pk}, {"email": eve.email}, {"id": bob.pk}, {"id": ann.pk}]

    def make(users):
        return as_ann.post(CREATE, {"title": "X", "users": users}).status_code

    assert make([{"id": ann.pk}]) == 201  # oneself is not named
    assert make(two) == 201
    assert make([{"email": "nobody@example.com"}]) == 400  # a try counts too
    assert make(two) == 429  # wholly or not at all
    assert as_ann.post(url(club), own(bob)).status_code == 200
    refused = as_ann.post(url(club), own(eve))
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert make([]) == 201
    assert as_ann.post(url(club), own(ann)).status_code == 200


def test_own_data_tells_of_names_and_departures(as_ann, ann, bob):
    there = services.create_organization(bob, users=[ann], title="There")
    left = services.create_organization(bob, users=[ann], title="Left")
    services.remove_member(ann, left.pk, user_id=ann.pk, email=None)
    NamingMail.objects.filter(organization=there).update(sent_at="2026-01-01T00:00Z")

    events = as_ann.get("/api/clients/me/export/").json()["events"]

    assert [row["organization"] for row in events["organizations"]] == [there.pk]
    (departure,) = events["left_organizations"]
    assert departure["organization__title"] == "Left"
    assert departure["asked_back_at"] is None
    assert [row["organization"] for row in events["naming_mails"]] == [there.pk]


def _at(confirmed: bool) -> dict:
    return {} if confirmed else {"confirmed_at": None}


# --- named by an e-mail ------------------------------------------------------------


def prove_email(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(email_verified_at=Now())


def is_unproven(answer) -> bool:
    return (answer.status_code, answer.json().get("code")) == (409, "email_unproven")


@pytest.mark.parametrize("at_once", [True, False])
def test_who_signed_up_with_the_email_takes_nobodys_place(
    as_ann, bob, club, signed_in, at_once
):
    """Anybody signs up with anybody's e-mail; whoever reads it is meant."""
    named = {"email": bob.email.upper()}
    if at_once:
        made = as_ann.post(CREATE, {"title": "Corp", "users": [named]}).json()
        club = Organization.objects.get(pk=made["id"])
    else:
        as_ann.post(url(club), {"user": named})
    as_bob = signed_in(bob)

    for body in (own(bob), {"user": named}):
        assert is_unproven(as_bob.post(url(club), body))
    assert listed(as_ann, club)[bob.pk] == ("member", False)
    assert "telephone" not in as_bob.get(f"/api/organizations/{club.pk}").text

    prove_email(bob)
    assert as_bob.post(url(club), own(bob)).status_code == 200
    assert listed(as_ann, club)[bob.pk] == ("member", True)
    # What was confirmed stays, with another e-mail too.
    Member.objects.filter(pk=bob.pk).update(email_verified_at=None)
    assert as_bob.post(url(club), own(bob)).status_code == 200


def test_another_email_that_was_proven_since_is_not_the_one(
    as_ann, bob, club, signed_in
):
    as_ann.post(url(club), {"user": {"email": bob.email}})
    bob.email, bob.email_verified_at = "mallory@example.com", timezone.now()
    bob.save(update_fields=["email", "email_verified_at"])

    assert is_unproven(signed_in(bob).post(url(club), own(bob)))


def test_email_that_was_proven_when_one_was_named_may_change(
    as_ann, bob, club, signed_in
):
    prove_email(bob)
    as_ann.post(url(club), {"user": {"email": bob.email}})
    bob.email, bob.email_verified_at = "private@example.com", None
    bob.save(update_fields=["email", "email_verified_at"])

    assert signed_in(bob).post(url(club), own(bob)).status_code == 200


def test_a_role_that_is_given_by_id_proves_nothing(as_ann, bob, club, signed_in):
    as_ann.post(url(club), {"user": {"email": bob.email}})
    as_ann.post(url(club), own(bob, role="owner"))

    assert is_unproven(signed_in(bob).post(url(club), own(bob)))


def test_who_is_named_by_id_too_is_meant(as_ann, bob, signed_in):
    users = [{"email": bob.email}, {"id": bob.pk}]
    made = as_ann.post(CREATE, {"title": "Corp", "users": users}).json()

    club = Organization.objects.get(pk=made["id"])
    assert signed_in(bob).post(url(club), own(bob)).status_code == 200


def test_who_left_and_is_asked_back_by_email_proves_it(as_ann, bob, club, signed_in):
    as_bob = signed_in(bob)
    as_ann.post(url(club), {"user": {"email": bob.email}})
    as_bob.delete(url(club), own(bob))
    as_ann.post(url(club), {"user": {"email": bob.email}})

    assert is_unproven(as_bob.post(url(club), own(bob)))

    prove_email(bob)
    assert as_bob.post(url(club), own(bob)).status_code == 200


def test_the_database_confirms_nobody_who_was_named_by_an_unproven_email(bob, club):
    with pytest.raises(IntegrityError, match="owner_of_email"), transaction.atomic():
        MembershipFactory(organization=club, member=bob, named_email=bob.email)

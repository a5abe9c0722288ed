"""Profiles with invitations, in the shapes of two documents: contract, section 4."""

import pytest
from rest_framework.test import APIClient

from matchmaker.models import Member
from referrals import services
from referrals.models import InviteCode, Referral
from tests.factories import MemberFactory
from tests.referrals.factories import InviteCodeFactory, ReferralFactory

VOTING = "/api/v1/profiles/me"
ALL = "/api/v1/profiles"
E164 = "/api/profile/me/"
ACTIVATE = "/api/profile/activate_invite/"


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", phone_number="+79990000001")


@pytest.fixture
def eve(db) -> Member:
    return MemberFactory(first_name="Eve", phone_number="+14155552671")


@pytest.fixture
def as_staff(db, signed_in) -> APIClient:
    return signed_in(MemberFactory(is_staff=True, is_superuser=True))


def invite(referrer: Member, *invited: Member) -> None:
    code = InviteCodeFactory(member=referrer).code
    for member in invited:
        services.activate_code(member, code, meta={})


def test_profiles_of_somebody_new(ann, as_ann):
    assert as_ann.get(VOTING).json() == {
        "user_id": ann.pk,
        "phone": None,
        "invite_code": None,
        "invitations": [],
        "activated_invite": None,
    }
    assert as_ann.get(E164).json() == {
        "phone_number": None,
        "invite_code": None,
        "activated_invite_code": None,
        "invited_users": [],
    }


def test_profiles_of_who_has_invited_and_was_invited(ann, bob, eve, signed_in):
    invite(bob, eve, ann, MemberFactory(phone_number="+79990000002"))
    theirs = InviteCodeFactory(member=ann).code
    services.activate_code(bob, theirs, meta={})
    own = InviteCode.objects.get(member=bob).code

    voting = signed_in(bob).get(VOTING).json()
    e164 = signed_in(bob).get(E164).json()

    # The latest first; Ann has no phone number, and Eve's is another country's.
    assert voting == {
        "user_id": bob.pk,
        "phone": "9990000001",
        "invite_code": own,
        "invitations": ["9990000002", "+14155552671"],
        "activated_invite": theirs,
    }
    assert e164 == {
        "phone_number": "+79990000001",
        "invite_code": own,
        "activated_invite_code": theirs,
        "invited_users": [
            {"phone_number": "+79990000002"},
            {"phone_number": "+14155552671"},
        ],
    }


def test_own_country_is_a_setting(eve, signed_in, settings):
    settings.PHONE_REGION = "US"

    assert signed_in(eve).get(VOTING).json()["phone"] == "4155552671"


@pytest.mark.parametrize("hide", ["block", "blocked", "inactive", "deleted"])
def test_who_is_not_the_inviters_to_know_is_not_in_the_profile(
    ann, bob, eve, signed_in, hide
):
    invite(ann, bob, eve)
    if hide == "block":
        signed_in(ann).post(f"/api/clients/{bob.pk}/block/")
    elif hide == "blocked":
        signed_in(bob).post(f"/api/clients/{ann.pk}/block/")
    elif hide == "inactive":
        Member.objects.filter(pk=bob.pk).update(is_active=False)
    else:
        bob.delete()

    assert signed_in(ann).get(VOTING).json()["invitations"] == [eve.phone_number]
    assert signed_in(ann).get(E164).json()["invited_users"] == [
        {"phone_number": eve.phone_number}
    ]


def test_dead_codes_are_not_shown(ann, as_ann):
    InviteCodeFactory(member=ann, ended=True)
    InviteCodeFactory(member=ann, expired=True)

    assert as_ann.get(VOTING).json()["invite_code"] is None


def test_referrer_who_is_gone_leaves_the_code(ann, bob, as_ann):
    invite(bob, ann)
    code = Referral.objects.get().code

    bob.delete()

    assert as_ann.get(VOTING).json()["activated_invite"] == code
    assert as_ann.post(VOTING, {"activated_invite": code}).status_code == 400


def test_activation_answers_with_the_profile(bob, as_ann):
    code = InviteCodeFactory(member=bob).code

    answer = as_ann.post(VOTING, {"activated_invite": f" {code.lower()} "})

    assert answer.status_code == 200
    assert answer.json() == as_ann.get(VOTING).json()
    assert answer.json()["activated_invite"] == code


def test_activation_answers_with_a_message(bob, as_ann):
    code = InviteCodeFactory(member=bob).code

    answer = as_ann.post(ACTIVATE, {"invite_code": code})

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "You have activated this invitation.",
        "activated_invite_code": code,
    }


def test_staff_reads_all_profiles(ann, bob, eve, as_staff, signed_in):
    invite(bob, eve, ann)
    signed_in(eve).post(f"/api/clients/{bob.pk}/block/")

    one = as_staff.get(f"{ALL}/{bob.pk}")
    page = as_staff.get(ALL).json()

    # Also whom the inviter may no longer know of.
    assert one.json()["invitations"] == ["+14155552671"]
    assert page["count"] == Member.objects.count()
    assert [p["user_id"] for p in page["results"]] == sorted(
        Member.objects.values_list("pk", flat=True), reverse=True
    )
    assert one.json() in page["results"]


def test_staffs_list_is_paged(ann, bob, eve, as_staff):
    seen, url = [], f"{ALL}?page_size=1"

    while url:
        page = as_staff.get(url).json()
        seen += [p["user_id"] for p in page["results"]]
        url = page["next"]

    assert len(seen) == Member.objects.count()
    assert sorted(seen, reverse=True) == seen
    assert as_staff.get(ALL, {"cursor": "x"}).status_code == 400
    assert as_staff.get(ALL, {"page_size": 101}).status_code == 400


def test_staffs_list_goes_back_as_it_came(ann, bob, eve, as_staff):
    first = as_staff.get(ALL, {"page_size": 2}).json()
    second = as_staff.get(first["next"]).json()

    assert first["previous"] is None
    assert second["next"] is None
    back = as_staff.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert (back["next"], back["previous"]) == (first["next"], None)
    assert (back["count"], back["count_capped"]) == (4, False)


def test_staffs_list_is_filtered(ann, bob, eve, as_staff):
    invite(bob, eve)
    code = InviteCode.objects.get(member=bob).code
    InviteCodeFactory(member=ann, ended=True, code="AAAAAA")

    def found(**query: str) -> list[int]:
        page = as_staff.get(ALL, query).json()
        assert page["count"] == len(page["results"])
        return [profile["user_id"] for profile in page["results"]]

    assert found(phone="8 (999) 000-00-01") == found(phone="+79990000001") == [bob.pk]
    assert found(invite_code=f" {code.lower()} ") == [bob.pk]
    assert found(invite_code="AAAAAA") == []
    assert found(activated="true") == [eve.pk]
    assert eve.pk not in found(activated="false")
    assert len(found(activated="false")) == Member.objects.count() - 1
    assert found(activated="true", phone=bob.phone_number) == []


@pytest.mark.parametrize(
    "query",
    [
        {"phone": "12"},
        {"phone": "x"},
        {"invite_code": "A" * 33},
        {"activated": "yes"},
        {"page_size": "0"},
        {"cursor": "x"},
    ],
    ids=str,
)
def test_nonsense_in_staffs_list_is_400_on_the_parameter(as_staff, query):
    response = as_staff.get(ALL, query)

    assert response.status_code == 400
    assert response.json().keys() == query.keys()


def test_staffs_list_refuses_a_parameter_given_twice(as_staff):
    response = as_staff.get(f"{ALL}?activated=true&activated=false")

    assert response.status_code == 400
    assert list(response.json()) == ["activated"]


def test_staffs_list_costs_the_same_for_any_number(as_staff, django_assert_num_queries):
    for n in (1, 3):
        for _ in range(n):
            ReferralFactory()
        # The token with its member, the count, the rows.
        with django_assert_num_queries(3):
            as_staff.get(ALL)


def test_only_staff_reads_others_profiles(ann, bob, as_ann, api, as_staff):
    assert as_ann.get(ALL).status_code == 403
    assert as_ann.get(f"{ALL}/{bob.pk}").status_code == 403
    assert as_ann.get(f"{ALL}/{ann.pk}").status_code == 403
    assert api.get(ALL).status_code == 401
    assert as_staff.get(f"{ALL}/{10**17}").status_code == 404


def test_latest_thousand_are_in_a_profile(ann, as_ann):
    members = Member.objects.bulk_create(
        Member(phone_number=f"+7999{i:07}") for i in range(1001)
    )
    Referral.objects.bulk_create(
        Referral(invited=member, referrer=ann, code="AAAAAA") for member in members
    )

    shown = as_ann.get(VOTING).json()["invitations"]

    assert len(shown) == 1000
    assert shown[0] == "9990001000"
    assert "9990000000" not in shown


def test_profile_says_nothing_else_of_the_invited(ann, bob, as_ann):
    ReferralFactory(referrer=ann, invited=bob)

    text = as_ann.get(VOTING).content.decode() + as_ann.get(E164).content.decode()

    assert "9990000001" in text
    for secret in (bob.email, bob.first_name, bob.last_name, bob.password):
        assert secret not in text

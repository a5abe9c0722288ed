"""Invitation codes over HTTP, and the three ways to activate one."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from matchmaker.models import Block, Member
from referrals import cache, services
from referrals.models import InviteCode, Referral
from tests.factories import MemberFactory
from tests.referrals.factories import InviteCodeFactory

CODE = "/api/v1/users/invite_code/"
BY_EMAIL = "/api/v1/users/get_invite_code_by_email/"
# The path and what it calls the code.
DOORS = [
    ("/api/v1/profiles/me", "activated_invite"),
    ("/api/profile/activate_invite/", "invite_code"),
    ("/api/v1/users/activate_invite_code/", "invite_code"),
]
doors = pytest.mark.parametrize("door", DOORS, ids=["voting", "hammer", "referral"])

ALREADY = (400, "You have already activated an invitation code.")
UNKNOWN = "This invitation code does not exist or is no longer active."


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob")


@pytest.fixture
def bobs(bob) -> str:
    return InviteCodeFactory(member=bob).code


def activate(client: APIClient, door: tuple[str, str], code: object) -> tuple[int, str]:
    """The status, and what is wrong with the field."""
    path, field = door
    answer = client.post(path, {field: code})
    body = answer.json()
    if answer.status_code != 400:
        return answer.status_code, ""
    assert body.keys() == {field}
    return 400, body[field][0]


def in_days(days: float) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


# --- the own code -------------------------------------------------------------------


def test_code_is_made_read_and_deleted(ann, as_ann):
    expires_at = in_days(7)

    made = as_ann.post(CODE, {"expires_at": expires_at})

    assert made.status_code == 201
    body = made.json()
    code = InviteCode.objects.get(member=ann)
    assert body == {"invite_code": code.code, "expires_at": f"{expires_at[:19]}Z"}
    assert as_ann.get(CODE).json() == body
    again = as_ann.post(CODE, {"expires_at": expires_at})
    assert (again.status_code, again.json()["code"]) == (409, "invite_code_active")
    assert as_ann.delete(CODE).status_code == 204
    assert as_ann.get(CODE).status_code == 404
    assert as_ann.delete(CODE).status_code == 404
    other = as_ann.post(CODE, {"expires_at": expires_at})
    assert other.status_code == 201
    assert other.json()["invite_code"] != body["invite_code"]


def test_code_without_expiry_is_read_as_such(ann, as_ann):
    code = InviteCodeFactory(member=ann)

    assert as_ann.get(CODE).json() == {"invite_code": code.code, "expires_at": None}


def test_expired_code_is_replaced(ann, as_ann):
    expired = InviteCodeFactory(member=ann, expired=True)
    assert as_ann.get(CODE).status_code == 404
    assert as_ann.delete(CODE).status_code == 404

    assert as_ann.post(CODE, {"expires_at": in_days(1)}).status_code == 201

    expired.refresh_from_db()
    assert expired.ended_at is not None


@pytest.mark.parametrize(
    "given",
    [None, "", "soon", 5, ["2027-01-01"], {"a": 1}, True, "\0", "2027-13-01",
     "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "2027-W01-1",
     "20270101", "20270101T000000Z", "2027-1-1", "2027-01-01T00",
     "\uff12\uff10\uff12\uff17-01-01", "2027-01-01T00:00:00+1", "2027-01-01x"],
)  # fmt: skip
def test_nonsense_for_an_expiry(as_ann, given):
    answer = as_ann.post(CODE, {"expires_at": given})

    assert answer.status_code == 400
    assert answer.json().keys() == {"expires_at"}
    assert not InviteCode.objects.exists()


@pytest.mark.parametrize(
    ("days", "status"), [(-1, 400), (0, 400), (1, 201), (364.9, 201), (365.1, 400)]
)
def test_expiry_is_in_the_future_and_at_most_a_year(as_ann, days, status):
    assert as_ann.post(CODE, {"expires_at": in_days(days)}).status_code == status


def test_expiry_without_an_offset_is_utcs(as_ann):
    naive = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S")

    assert as_ann.post(CODE, {"expires_at": naive}).json()["expires_at"] == f"{naive}Z"


def test_expiry_of_a_day_is_its_end(as_ann):
    today = datetime.now(UTC).date()

    answer = as_ann.post(CODE, {"expires_at": f"{today}"}).json()

    assert answer["expires_at"] == f"{today + timedelta(days=1)}T00:00:00Z"


def test_expiry_of_a_day_in_a_year_is_a_year_from_now(as_ann):
    before = timezone.now()
    last = (before + timedelta(days=365)).date()

    late = as_ann.post(CODE, {"expires_at": f"{last + timedelta(days=2)}"})
    made = as_ann.post(CODE, {"expires_at": f"{last}"})

    assert late.json() == {"expires_at": ["The date must be at most a year from now."]}
    assert made.status_code == 201
    expires_at = datetime.fromisoformat(made.json()["expires_at"])
    year = timedelta(days=365)
    assert before - timedelta(seconds=1) < expires_at - year <= timezone.now()


@pytest.mark.parametrize(
    "given",
    ["9999-12-31", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "3000-01-01"],
)
def test_expiry_beyond_the_year_is_told_as_such(as_ann, given):
    told = as_ann.post(CODE, {"expires_at": given}).json()

    assert told == {"expires_at": ["The date must be at most a year from now."]}


def test_missing_expiry_is_told(as_ann):
    assert as_ann.post(CODE, {}).json() == {"expires_at": ["This field is required."]}


# --- somebody's code ----------------------------------------------------------------


def test_code_by_email(bob, bobs, as_ann):
    answer = as_ann.post(BY_EMAIL, {"email": bob.email.upper()})

    assert answer.status_code == 200
    assert answer.json() == {"invite_code": bobs}


def hide(bob: Member, ann: Member, how: str) -> None:
    if how == "inactive":
        Member.objects.filter(pk=bob.pk).update(is_active=False)
    elif how == "blocks":
        Block.objects.create(from_member=bob, to_member=ann)
    elif how == "blocked":
        Block.objects.create(from_member=ann, to_member=bob)
    elif how == "expired":
        past = timezone.now() - timedelta(seconds=1)
        InviteCode.objects.filter(member=bob).update(expires_at=past)
    elif how == "ended":
        InviteCode.objects.filter(member=bob).update(ended_at=timezone.now())
    else:
        bob.delete()


HIDINGS = ["inactive", "blocks", "blocked", "expired", "ended", "deleted"]


@pytest.mark.parametrize("how", HIDINGS)
def test_no_code_by_email_and_an_unknown_email_read_alike(
    ann, bob, bobs, as_ann, django_assert_num_queries, how
):
    hide(bob, ann, how)

    with django_assert_num_queries(2):
        hidden = as_ann.post(BY_EMAIL, {"email": bob.email})
    with django_assert_num_queries(2):
        unknown = as_ann.post(BY_EMAIL, {"email": "nobody@example.com"})

    assert (hidden.status_code, hidden.content) == (200, unknown.content)
    assert unknown.json() == {"invite_code": None}


@pytest.mark.parametrize("email", [None, "", "x", 5, [], {}, "\0", "a" * 255])
def test_nonsense_for_an_email(as_ann, email):
    assert as_ann.post(BY_EMAIL, {"email": email}).json().keys() == {"email"}


# --- activating ---------------------------------------------------------------------


@doors
def test_activation_is_done_once(ann, bob, bobs, as_ann, door):
    assert activate(as_ann, door, f" {bobs.lower()}\n") == (200, "")
    for again, _name in DOORS:
        assert activate(as_ann, (again, _name), bobs) == ALREADY

    made = Referral.objects.get()
    assert (made.invited, made.referrer, made.code) == (ann, bob, bobs)
    assert not made.at_sign_up
    assert len(made.address_digest) == 32


@doors
@pytest.mark.parametrize(
    "typed",
    [
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: f"{code[:3]}-{code[3:]}".lower(),
        lambda code: f"{code[:3]}\u2013{code[3:]}",
        lambda code: "".join(chr(ord(c) + 0xFEE0) for c in code),  # of full width
        lambda code: f"\u2068{code}\u2069\u200b",
    ],
)
def test_code_is_read_however_it_is_typed(ann, bobs, as_ann, door, typed):
    assert activate(as_ann, door, typed(bobs)) == (200, "")
    assert Referral.objects.get().code == bobs


def test_answer_of_the_third_way(bobs, as_ann):
    assert as_ann.post(DOORS[2][0], {"invite_code": bobs}).json() == {
        "invite_code": bobs
    }


@doors
def test_second_code_is_refused_for_ever(ann, bob, bobs, as_ann, door):
    activate(as_ann, door, bobs)
    own = InviteCodeFactory(member=ann).code

    # Before anything else is told of the code, so nothing is learnt of it.
    for code in (InviteCodeFactory().code, own, "ZZZZZZ", "no code"):
        assert activate(as_ann, door, code) == ALREADY
    bob.delete()
    assert activate(as_ann, door, own) == ALREADY

    assert Referral.objects.get().code == bobs


@doors
def test_own_code_is_refused(ann, as_ann, door):
    own = InviteCodeFactory(member=ann).code

    refused = activate(as_ann, door, own)

    assert refused == (400, "This is your own invitation code.")
    assert not Referral.objects.exists()


@doors
@pytest.mark.parametrize("how", HIDINGS)
@pytest.mark.parametrize("cached", [True, False])
def test_code_that_is_dead_or_hidden_is_unknown(
    ann, bob, bobs, as_ann, signed_in, door, how, cached
):
    if cached:
        signed_in(MemberFactory()).post(DOORS[2][0], {"invite_code": bobs})
    hide(bob, ann, how)

    assert activate(as_ann, door, bobs) == (400, UNKNOWN)

    assert not Referral.objects.filter(invited=ann).exists()


@doors
def test_replaced_code_is_unknown_and_the_new_one_works(bob, as_ann, signed_in, door):
    as_bob = signed_in(bob)
    first, second = (
        as_bob.post(CODE, {"expires_at": in_days(1)}).json()["invite_code"],
        as_bob.delete(CODE)
        and as_bob.post(CODE, {"expires_at": in_days(1)}).json()["invite_code"],
    )

    assert activate(as_ann, door, first) == (400, UNKNOWN)
    assert activate(as_ann, door, second) == (200, "")


def test_forged_codes_are_unknown(ann, bob, bobs, as_ann):
    # The document's system put the member and the expiry into the code, unsigned.
    claims = f'{{"user_id": {bob.pk}, "expires_at": "2999-01-01"}}'.encode()
    forged = [b64encode(text).decode()[:32] for text in (claims, f"{bob.pk}".encode())]
    forged += [f"{bob.pk}", bobs + "A", bobs[:-1], "' OR 1=1 --", "%", "______"]

    for code in forged:
        assert activate(as_ann, DOORS[2], code) == (400, UNKNOWN)


@doors
@pytest.mark.parametrize("code", [None, "", " ", [], {}, True, "\0", "A" * 33])
def test_nonsense_for_a_code(as_ann, door, code):
    assert activate(as_ann, door, code)[0] == 400


@pytest.mark.parametrize("body", ["[]", "null", "5", '"x"', "[" * 5000])
def test_nonsense_for_a_body(as_ann, body):
    for path in (*(path for path, _field in DOORS), CODE, BY_EMAIL):
        answer = as_ann.post(path, body, content_type="application/json")
        assert answer.status_code == 400


def test_members_may_choose_each_other(ann, bob, bobs, as_ann, signed_in):
    anns = InviteCodeFactory(member=ann).code

    assert activate(as_ann, DOORS[0], bobs) == (200, "")
    assert activate(signed_in(bob), DOORS[0], anns) == (200, "")

    assert Referral.objects.count() == 2


def test_activations_work_without_redis(ann, bob, as_ann, signed_in, settings):
    # Nothing listens there.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    as_bob = signed_in(bob)
    code = as_bob.post(CODE, {"expires_at": in_days(1)}).json()["invite_code"]

    assert activate(as_ann, DOORS[0], "ZZZZZZ") == (400, UNKNOWN)
    assert activate(as_ann, DOORS[0], code) == (200, "")
    assert as_bob.delete(CODE).status_code == 204
    assert activate(signed_in(MemberFactory()), DOORS[0], code) == (400, UNKNOWN)


def test_what_redis_still_remembers_is_not_believed(bob, bobs, as_ann, settings):
    services.activate_code(MemberFactory(), bobs, meta={})
    assert cache.owner_of(bobs, lambda: None) == bob.pk
    real, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    services.delete_code(bob)
    settings.REDIS_URL = real
    assert cache.owner_of(bobs, lambda: None) == bob.pk

    assert activate(as_ann, DOORS[0], bobs) == (400, UNKNOWN)


def test_own_codes_of_others_are_nobodys(bob, bobs, as_ann):
    assert as_ann.get(CODE).status_code == 404
    assert as_ann.delete(CODE).status_code == 404
    assert InviteCode.objects.get(member=bob).ended_at is None

"""Accounts that are prepared for somebody else, by way of a phone number.

The first five attacks are those of Sudhodanan and Paverd, "Pre-hijacked accounts"
(arXiv 2205.10174): Mallory acts before Vera has an account, or before she takes hers
back, and looks for a way into what she does afterwards. `tests/matchmaker` has them for
e-mail.
"""

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from referrals.models import Referral
from referrals.services import activate_code
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import reset_link
from tests.referrals.factories import InviteCodeFactory
from tests.referrals.phones import (
    OWN_PHONE,
    SIGN_IN,
    SIGN_UP,
    asked,
    asked_by,
    new_phone,
    prove,
    prove_own,
    sign_in,
)

ME = "/api/clients/me/"
EMAIL_SIGN_UP = "/api/user/sign-up/"
EMAIL_SIGN_IN = "/api/user/sign-in/"
MALLORY = "mallory@example.com"
VERA = "vera@example.com"
CHANGED = "another horse 8"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"


@pytest.fixture
def veras_phone() -> str:
    return new_phone()


@pytest.fixture
def mallorys_phone() -> str:
    return new_phone()


def bearer(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def signed_up(email: str, **given: str) -> APIClient:
    """Somebody who signs up by e-mail, and in."""
    account = {"email": email, "password": PASSWORD}
    made = APIClient().post(EMAIL_SIGN_UP, account | given)
    assert made.status_code == 201, made.json()
    return by_password(email)


def by_password(email: str, password: str = PASSWORD) -> APIClient:
    given = {"email": email, "password": password}
    return bearer(APIClient().post(EMAIL_SIGN_IN, given).json()["access"])


def by_phone(phone: str) -> APIClient:
    """Somebody who reads the phone's SMS and signs in."""
    return bearer(sign_in(phone, asked(phone)).json()["token"])


def is_out(client: APIClient) -> bool:
    return client.get(ME).status_code == 401


def account_of(client: APIClient) -> int:
    return client.get(ME).json()["id"]


def reset(email: str) -> None:
    """What a reset by e-mail does to the account, whatever page it came from."""
    member = Member.objects.get(email=email)
    services.drop_phone_claim(member)
    services.change_password(member, CHANGED)


# --- 1. Classic-federated merge: an account that waits for its owner ------------------


@pytest.mark.parametrize("how", ["sign-up", "PATCH"])
def test_planted_telephone_is_not_merged_with_a_sign_in_by_phone(veras_phone, how):
    if how == "sign-up":
        mallory = signed_up(MALLORY, telephone=veras_phone)
    else:
        mallory = signed_up(MALLORY)
        mallory.patch(ME, {"phone_number": veras_phone})
    before = mallory.get(ME).json()

    vera = by_phone(veras_phone)
    vera.patch(ME, {"first_name": "Vera", "last_name": "Secret"})

    assert account_of(vera) != account_of(mallory)
    assert vera.get(ME).json()["email"] is None
    assert mallory.get(ME).json() == before
    for path in (ME, "/api/clients/me/export/", "/api/profile/me/"):
        assert "Secret" not in mallory.get(path).content.decode()
    # Both ways into hers are hers, and his password opens his.
    assert prove(veras_phone, asked(veras_phone)).status_code == 200
    assert Member.objects.count() == 2
    assert account_of(by_password(MALLORY)) == before["id"]


def test_telephone_that_is_claimed_later_does_not_merge_either(veras_phone):
    vera = by_phone(veras_phone)

    mallory = signed_up(MALLORY, telephone=veras_phone)

    assert account_of(by_phone(veras_phone)) == account_of(vera)
    assert account_of(mallory) != account_of(vera)
    assert mallory.get(ME).json()["phone_verified"] is False


def test_claim_does_not_become_a_proof_by_somebody_elses_code(veras_phone):
    mallory = signed_up(MALLORY, telephone=veras_phone)

    by_phone(veras_phone)
    mallory.patch(ME, {"phone_number": veras_phone, "first_name": "Vera"})

    assert mallory.get(ME).json()["phone_verified"] is False


# --- 2. Unexpired session: a way in that outlives the owner's return ------------------


def test_sessions_of_an_earlier_holder_end_with_the_proof(veras_phone):
    """Mallory had the number, or the phone for a minute, and came in by it."""
    mallory = signed_up(MALLORY)
    prove_own(mallory, veras_phone, asked_by(mallory, veras_phone))
    in_by_phone = by_phone(veras_phone)
    vera = signed_up(VERA)

    prove_own(vera, veras_phone, asked_by(vera, veras_phone))

    assert is_out(mallory)
    assert is_out(in_by_phone)
    assert account_of(by_phone(veras_phone)) == account_of(vera)
    assert not is_out(vera)


def test_code_from_before_does_not_open_what_was_proven_since(veras_phone):
    """Mallory read an SMS and kept its code; Vera's newer one has killed it."""
    older = asked(veras_phone)
    vera = signed_up(VERA)
    while (newer := asked_by(vera, veras_phone)) == older:
        pass

    prove_own(vera, veras_phone, newer)

    assert sign_in(veras_phone, older).status_code == 400
    assert prove(veras_phone, older).status_code == 400
    mallory = signed_up(MALLORY)
    assert prove_own(mallory, veras_phone, older).status_code == 400
    assert account_of(by_phone(veras_phone)) == account_of(vera)


# --- 3. Trojan identifier: a number of Mallory's in Vera's account --------------------


def test_number_that_was_proven_in_advance_is_gone_after_a_reset(mallorys_phone):
    mallory = signed_up(VERA)  # her e-mail, which nobody has proven
    prove_own(mallory, mallorys_phone, asked_by(mallory, mallorys_phone))

    reset(VERA)
    vera = by_password(VERA, CHANGED)

    assert is_out(mallory)
    assert vera.get(ME).json()["phone_number"] is None
    assert account_of(by_phone(mallorys_phone)) != account_of(vera)


def test_number_that_was_claimed_in_advance_is_gone_after_a_reset(mallorys_phone):
    signed_up(VERA, telephone=mallorys_phone)

    reset(VERA)
    vera = by_password(VERA, CHANGED)

    assert vera.get(ME).json()["phone_number"] is None
    assert account_of(by_phone(mallorys_phone)) != account_of(vera)


# --- 4. Unexpired change: one that is asked for now and confirmed later ---------------


def test_change_that_was_asked_for_before_a_reset_is_not_confirmed(mallorys_phone):
    mallory = signed_up(VERA)
    code = asked_by(mallory, mallorys_phone)

    reset(VERA)

    assert prove_own(mallory, mallorys_phone, code).status_code == 401
    vera = by_password(VERA, CHANGED)
    # Not by Vera either, whom Mallory may have talked into it.
    assert prove_own(vera, mallorys_phone, code).status_code == 400
    assert vera.get(ME).json()["phone_number"] is None
    assert sign_in(mallorys_phone, code).status_code == 400


def test_change_that_was_asked_for_before_a_new_password_is_not_confirmed(
    mallorys_phone,
):
    mallory, vera = signed_up(VERA), by_password(VERA)
    code = asked_by(mallory, mallorys_phone)
    given = {"current_password": PASSWORD, "new_password": CHANGED}

    assert vera.post("/api/clients/set_password/", given).status_code == 204

    assert prove_own(mallory, mallorys_phone, code).status_code == 401
    assert (
        prove_own(by_password(VERA, CHANGED), mallorys_phone, code).status_code == 400
    )


def test_change_to_a_strangers_number_is_the_strangers_code(veras_phone):
    """Mallory asks for a code to Vera's phone, and waits for her to come."""
    mallory = signed_up(MALLORY)
    code = asked_by(mallory, veras_phone)

    vera = bearer(sign_in(veras_phone, code).json()["token"])

    assert account_of(vera) != account_of(mallory)
    assert mallory.get(ME).json()["phone_number"] is None
    assert prove_own(mallory, veras_phone, code).status_code == 400


def test_who_has_only_the_number_does_not_lose_the_account(veras_phone):
    """Even to whoever reads one SMS of it."""
    vera = by_phone(veras_phone)
    mallory = signed_up(MALLORY)

    stolen = asked_by(mallory, veras_phone)
    answer = prove_own(mallory, veras_phone, stolen)

    assert (answer.status_code, answer.json()["code"]) == (409, "phone_has_account")
    assert not is_out(vera)
    assert account_of(by_phone(veras_phone)) == account_of(vera)


# --- 5. Non-verifying provider: a number that somebody merely says --------------------


def test_number_that_is_said_is_nobodys_for_others(veras_phone, signed_in):
    """As an inviter reads it, and the other members of an organization do."""
    inviter = MemberFactory()
    code = InviteCodeFactory(member=inviter).code
    mallory = signed_up(MALLORY, telephone=veras_phone)
    mallory.post("/api/profile/activate_invite/", {"invite_code": code})
    assert Referral.objects.filter(referrer=inviter).exists()
    founder = signed_in(inviter)
    organization = founder.post(
        "/api/organizations/create/",
        {"title": "Club", "users": [{"id": account_of(mallory)}]},
    ).json()
    url = f"/api/organizations/{organization['id']}"
    mallory.post(f"{url}/members/", {"user": {"id": account_of(mallory)}})
    assert MALLORY in founder.get(url).content.decode()  # contacts are shown

    answers = [
        founder.get("/api/v1/profiles/me"),
        founder.get("/api/profile/me/"),
        founder.get(url),
        founder.get(f"/api/clients/{account_of(mallory)}/"),
        founder.get("/api/v1/leaderboard/"),
        founder.get("/api/clients/me/export/"),
    ]

    for answer in answers:
        assert answer.status_code == 200, answer.content
        assert veras_phone[2:] not in answer.content.decode()


def test_cookie_is_no_proof(veras_phone, mallorys_phone):
    """A cookie of Mallory's phone in Vera's browser takes her nowhere."""
    browser = APIClient()
    mallorys = browser.post(SIGN_UP, {"phone": mallorys_phone}).json()["code"]
    while (veras := asked(veras_phone)) == mallorys:
        pass

    assert browser.post(SIGN_IN, {"code": veras}).status_code == 400
    assert not Member.objects.exists()


def test_nobody_learns_whether_a_number_has_an_account(veras_phone):
    stranger = new_phone()
    by_phone(veras_phone)
    mallory = signed_up(MALLORY)

    answers = [
        [
            APIClient().post(
                EMAIL_SIGN_UP,
                {"email": f"m{n}@example.com", "password": PASSWORD, "telephone": p},
            ),
            mallory.patch(ME, {"phone_number": p}),
            mallory.post(OWN_PHONE, {"phone_number": p}),
            prove_own(mallory, p, "nonsense"),
        ]
        for n, p in enumerate((veras_phone, stranger))
    ]

    known, unknown = ([(a.status_code, [*a.json()]) for a in row] for row in answers)
    assert known == unknown
    assert [status for status, _keys in known] == [201, 200, 200, 400]


# --- 6. Planted consents: what he has allowed in her name, to himself ----------------


def invited_by(inviter: APIClient) -> tuple[list[str], list[str]]:
    """The numbers that the two systems show to who has invited."""
    shown = inviter.get("/api/profile/me/").json()["invited_users"]
    others = inviter.get("/api/v1/profiles/me").json()["invitations"]
    return [row["phone_number"] for row in shown], others


@pytest.mark.parametrize("proven_before", [False, True])
def test_invitation_that_he_activated_shows_him_no_number_of_hers(
    veras_phone, proven_before
):
    """Once for ever: so her number stays hers for good. Not so of an honest one."""
    mallory, planted = signed_up(MALLORY), signed_up(VERA)
    inviter = Member.objects.get(email=MALLORY)
    code = InviteCodeFactory(member=inviter).code
    vera = Member.objects.filter(email=VERA)
    if proven_before:
        vera.update(email_verified_at=Now())
    activate = "/api/profile/activate_invite/"
    assert planted.post(activate, {"invite_code": code}).status_code == 200

    assert reset_link(VERA).reset(CHANGED) == 204
    as_vera = by_password(VERA, CHANGED)
    proof = prove_own(as_vera, veras_phone, asked_by(as_vera, veras_phone))

    assert proof.status_code == 200
    seen = [veras_phone] if proven_before else []
    assert invited_by(mallory) == (seen, [phone[2:] for phone in seen])


def test_activation_under_way_during_the_reset_is_not_done_after_it():
    code = InviteCodeFactory(member=MemberFactory(email=MALLORY)).code
    signed_up(VERA)
    let_in = Member.objects.get(email=VERA)

    assert reset_link(VERA).reset(CHANGED) == 204

    with pytest.raises(TokenDead):
        activate_code(let_in, code, meta={"REMOTE_ADDR": "127.0.0.1"})
    assert not Referral.objects.exists()

"""The own number, proven while signed in: contract, sections 2 and 4."""

import logging

import pytest
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.errors import PhoneHasAccount
from matchmaker.models import AccountMail, Member
from project.lib.api.rates import Rate
from referrals.models import InviteCode
from tests.factories import PASSWORD, MemberFactory
from tests.referrals.outbox import SENT
from tests.referrals.phones import (
    OWN_PHONE,
    OWN_PHONE_PROOF,
    asked,
    asked_by,
    new_phone,
    prove,
    prove_own,
    sign_in,
    wrong_for,
)

ME = "/api/clients/me/"
WRONG = {"confirmation_code": ["This code is incorrect, used or expired."]}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"
    SENT.clear()


@pytest.fixture
def phone() -> str:
    return new_phone()


def columns(member: Member) -> tuple[str | None, str | None]:
    member.refresh_from_db()
    return member.phone_number, member.claimed_phone


def opened_by(phone: str) -> int:
    """The id of the account that a code opens."""
    key = prove(phone, asked(phone)).json()["token"]
    me = APIClient().get(ME, HTTP_AUTHORIZATION=f"Token {key}")
    return me.json()["id"]


# --- as the contract shows ------------------------------------------------------------


def test_code_proves_the_own_number(ann, as_ann, phone):
    first = as_ann.post(OWN_PHONE, {"phone_number": phone})
    code = first.json()["confirmation_code"]
    given = {"phone_number": phone, "confirmation_code": code}
    second = as_ann.post(OWN_PHONE_PROOF, given)

    assert first.status_code == 200
    assert first.json() == {"confirmation_code": SENT[0].code, "expires_in": 300}
    assert SENT[0].to == phone
    assert second.status_code == 200
    assert second.json() == as_ann.get(ME).json()
    assert second.json()["phone_number"] == phone
    assert second.json()["phone_verified"] is True
    assert columns(ann) == (phone, None)
    assert opened_by(phone) == ann.pk
    assert Member.objects.count() == 1


def test_without_echo_the_sms_alone_has_the_code(as_ann, settings, phone):
    settings.OTP_ECHO = False

    answer = as_ann.post(OWN_PHONE, {"phone_number": phone})

    assert answer.json() == {"detail": "The code has been sent.", "expires_in": 300}
    assert prove_own(as_ann, phone, SENT[0].code).status_code == 200


def test_profile_comes_as_a_feature_too(ann, as_ann, phone):
    given = {"phone_number": phone, "confirmation_code": asked_by(as_ann, phone)}

    answer = as_ann.post(OWN_PHONE_PROOF, given, HTTP_ACCEPT="application/geo+json")

    assert answer["Content-Type"] == "application/geo+json"
    assert (answer.json()["type"], answer.json()["id"]) == ("Feature", ann.pk)
    assert answer.json()["properties"]["phone_verified"] is True


@pytest.mark.parametrize("url", [OWN_PHONE, OWN_PHONE_PROOF])
def test_who_is_not_signed_in_is_told_so(api, phone, url):
    given = {"phone_number": phone, "confirmation_code": asked(phone)}

    answer = api.post(url, given)

    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer
    # Nothing was used up.
    assert sign_in(phone, given["confirmation_code"]).status_code == 200


def test_everything_wrong_is_told_at_once(as_ann):
    answer = as_ann.post(OWN_PHONE_PROOF, {"phone_number": "12"})

    assert answer.status_code == 400
    assert set(answer.json()) == {"phone_number", "confirmation_code"}
    landline = as_ann.post(OWN_PHONE, {"phone_number": "+74951234567"})
    assert (landline.status_code, [*landline.json()]) == (400, ["phone_number"])
    assert SENT == []


def test_wrong_and_used_codes(ann, as_ann, phone):
    code = asked_by(as_ann, phone)

    wrong = prove_own(as_ann, phone, wrong_for(code))
    right = prove_own(as_ann, phone, code)
    used = prove_own(as_ann, phone, code)

    assert (wrong.status_code, wrong.json()) == (400, WRONG)
    assert right.status_code == 200
    assert (used.status_code, used.json()) == (400, WRONG)
    assert columns(ann) == (phone, None)


def test_code_that_is_used_by_a_sign_in_proves_nothing_more(as_ann, phone):
    code = asked_by(as_ann, phone)
    sign_in(phone, code)

    assert prove_own(as_ann, phone, code).status_code == 400


def test_claim_becomes_a_proof(ann, as_ann, phone):
    other = new_phone()
    as_ann.patch(ME, {"phone_number": phone})

    prove_own(as_ann, phone, asked_by(as_ann, phone))
    assert columns(ann) == (phone, None)

    prove_own(as_ann, other, asked_by(as_ann, other))
    assert columns(ann) == (other, None)
    assert opened_by(phone) != ann.pk


def test_claims_of_others_stay(ann, as_ann, phone):
    eve = MemberFactory(claimed_phone=phone)

    prove_own(as_ann, phone, asked_by(as_ann, phone))

    assert columns(eve) == (None, phone)
    assert columns(ann) == (phone, None)
    assert not AccountMail.objects.filter(member=eve).exists()


def test_asking_tells_and_changes_nothing(
    ann, as_ann, phone, django_assert_num_queries
):
    MemberFactory(phone_number=phone)
    stranger = new_phone()

    with django_assert_num_queries(2):  # who asks, twice
        answers = [
            as_ann.post(OWN_PHONE, {"phone_number": p}) for p in (phone, stranger)
        ]

    known, unknown = answers
    assert known.json().keys() == unknown.json().keys()
    assert columns(ann) == (None, None)


def test_code_asked_for_by_somebody_else_proves_it_to_who_types_it(
    ann, as_ann, signed_in, phone
):
    """One code a phone: whoever reads its SMS may type it, wherever they are."""
    eve = signed_in(MemberFactory())

    prove_own(as_ann, phone, asked(phone))
    assert columns(ann) == (phone, None)

    other = new_phone()
    prove_own(as_ann, other, asked_by(eve, other))
    assert columns(ann) == (other, None)

    new = new_phone()
    assert sign_in(new, asked_by(eve, new)).status_code == 200
    assert Member.objects.get(phone_number=new).email is None


# --- numbers change hands -------------------------------------------------------------


def test_earlier_holder_with_an_email_loses_the_number(
    ann, as_ann, signed_in, phone, django_capture_on_commit_callbacks, mailoutbox
):
    holder = MemberFactory(phone_number=phone, email="old@example.com")
    pair = services.issue_tokens(holder)
    key = signed_in(holder)

    with django_capture_on_commit_callbacks(execute=False):
        answer = prove_own(as_ann, phone, asked_by(as_ann, phone))

    assert answer.status_code == 200
    assert columns(ann) == (phone, None)
    assert columns(holder) == (None, None)
    assert opened_by(phone) == ann.pk
    # Whoever came in by the number is out; by e-mail the account is still theirs.
    assert key.get(ME).status_code == 401
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    assert APIClient().get(ME, **bearer).status_code == 401
    refreshed = APIClient().post("/api/user/refresh/", {"refresh": pair["refresh"]})
    assert refreshed.status_code == 401
    given = {"email": holder.email, "password": PASSWORD}
    assert APIClient().post("/api/user/sign-in/", given).status_code == 200
    mails = AccountMail.objects.values_list("member", "kind", "email", "phone_number")
    assert {*mails} == {
        (holder.pk, "phone_lost", "old@example.com", phone),
        (ann.pk, "phone_added", ann.email, f"…{phone[-4:]}"),
    }


def test_number_comes_back_to_who_proves_it_last(ann, as_ann, signed_in, phone):
    bob = MemberFactory()

    prove_own(as_ann, phone, asked_by(as_ann, phone))
    prove_own(as_bob := signed_in(bob), phone, asked_by(as_bob, phone))
    as_ann_again = signed_in(ann)
    prove_own(as_ann_again, phone, asked_by(as_ann_again, phone))

    assert (columns(ann), columns(bob)) == ((phone, None), (None, None))
    told = AccountMail.objects.filter(kind="phone_lost").order_by("id")
    assert [*told.values_list("member", flat=True)] == [ann.pk, bob.pk]


def test_proving_it_again_changes_nothing(ann, as_ann, phone):
    for _ in range(2):
        assert prove_own(as_ann, phone, asked_by(as_ann, phone)).status_code == 200

    assert columns(ann) == (phone, None)
    assert AccountMail.objects.count() == 1


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_account_of_nothing_but_the_number_keeps_it(ann, as_ann, phone, password):
    holder = MemberFactory(phone_number=phone, email=None, password=password)

    answer = prove_own(as_ann, phone, asked_by(as_ann, phone))

    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": PhoneHasAccount.detail, "code": "phone_has_account"},
    )
    assert (columns(ann), columns(holder)) == ((None, None), (phone, None))
    assert opened_by(phone) == holder.pk


def test_account_of_nothing_but_a_number_may_change_it(phone, signed_in):
    member = MemberFactory(email=None, phone_number=phone)
    client, other = signed_in(member), new_phone()

    assert prove_own(client, other, asked_by(client, other)).status_code == 200

    assert columns(member) == (other, None)
    assert opened_by(other) == member.pk
    assert opened_by(phone) != member.pk


def test_deleting_that_account_frees_the_number(ann, as_ann, phone):
    services.delete_member(MemberFactory(phone_number=phone, email=None))

    assert prove_own(as_ann, phone, asked_by(as_ann, phone)).status_code == 200
    assert columns(ann) == (phone, None)


def test_inactive_holder_loses_it_too(ann, as_ann, phone):
    holder = MemberFactory(phone_number=phone, is_active=False)

    assert prove_own(as_ann, phone, asked_by(as_ann, phone)).status_code == 200
    assert (columns(ann), columns(holder)) == ((phone, None), (None, None))


# --- a code and the tokens of who asked for it ----------------------------------------


def sign_out(member: Member) -> None:
    services.sign_out_everywhere(member)


def change_password(member: Member) -> None:
    services.change_password(member, "another horse 8")


def deactivate(member: Member) -> None:
    services.set_active(member, False)


@pytest.mark.parametrize(
    "end", [sign_out, change_password, deactivate, services.delete_member]
)
def test_code_dies_with_the_tokens_of_who_asked_for_it(
    ann, as_ann, signed_in, phone, end
):
    eve, code = MemberFactory(), asked_by(as_ann, phone)

    end(ann)

    answer = prove_own(signed_in(eve), phone, code)
    assert (answer.status_code, answer.json()) == (400, WRONG)
    code = asked_by(signed_in(eve), phone)
    end(eve)
    assert sign_in(phone, code).json() == {"code": WRONG["confirmation_code"]}
    assert not Member.objects.filter(phone_number=phone).exists()


def test_redis_has_nobody_in_clear(ann, as_ann, phone, settings):
    import redis  # noqa: PLC0415

    from referrals import one_time  # noqa: PLC0415

    asked_by(as_ann, phone)

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        stored = server.hgetall(one_time.key_of(phone))
    assert stored.keys() == {b"salt", b"digest", b"asker", b"tries"}
    assert f"{ann.pk} " not in stored[b"asker"].decode()


def test_code_and_phone_are_not_logged(ann, as_ann, phone, caplog):
    caplog.set_level(logging.DEBUG)
    code = asked_by(as_ann, phone)

    prove_own(as_ann, phone, wrong_for(code))
    prove_own(as_ann, phone, code)

    said = [r.getMessage() for r in caplog.records if r.name != "django.db.backends"]
    assert not [m for m in said if code in m or phone[2:] in m]


# --- invitations ----------------------------------------------------------------------


def test_invitation_code_comes_with_the_first_sign_in_by_phone(ann, as_ann, phone):
    prove_own(as_ann, phone, asked_by(as_ann, phone))
    assert not InviteCode.objects.exists()

    assert opened_by(phone) == ann.pk
    assert InviteCode.objects.get().member == ann


@pytest.mark.parametrize("url", ["/api/v1/profiles/me", "/api/profile/me/"])
def test_invitation_profiles_know_proven_numbers_only(ann, as_ann, phone, url):
    as_ann.patch(ME, {"phone_number": phone})
    assert phone[2:] not in as_ann.get(url).content.decode()

    prove_own(as_ann, phone, asked_by(as_ann, phone))
    assert phone[2:] in as_ann.get(url).content.decode()


# --- throttles ------------------------------------------------------------------------


@pytest.fixture
def throttles(settings) -> None:
    settings.THROTTLES = True
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, Rate(1000, 60))


@pytest.mark.usefixtures("throttles")
def test_codes_are_counted_with_those_of_sign_ins(as_ann, settings, phone):
    settings.THROTTLE_RATES["one_time_code"] = Rate(2, 60)
    asked(phone)

    statuses = [
        as_ann.post(OWN_PHONE, {"phone_number": p}).status_code
        for p in (f"8{phone[2:]}", phone, new_phone())
    ]

    assert statuses == [200, 429, 200]
    assert len(SENT) == 3


@pytest.mark.usefixtures("throttles")
def test_tries_are_counted_with_those_of_sign_ins(as_ann, settings, phone):
    settings.THROTTLE_RATES["one_time_try"] = Rate(3, 60)
    code = asked_by(as_ann, phone)
    for _ in range(2):
        sign_in(phone, wrong_for(code))

    statuses = [
        prove_own(as_ann, number, value).status_code
        for number, value in (
            (phone, "nonsense"),
            (phone, wrong_for(code)),
            (phone, code),
        )
    ]

    assert statuses == [400, 400, 429]


def test_five_tries_wherever_they_are_made(as_ann, phone):
    code = asked_by(as_ann, phone)
    for _ in range(3):
        prove_own(as_ann, phone, wrong_for(code))
    for _ in range(2):
        sign_in(phone, wrong_for(code))

    assert prove_own(as_ann, phone, code).status_code == 400


def test_without_redis_one_is_asked_to_come_again(ann, as_ann, settings, phone):
    code = asked_by(as_ann, phone)
    url, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"

    answers = [
        as_ann.post(OWN_PHONE, {"phone_number": phone}),
        prove_own(as_ann, phone, code),
    ]

    assert [a.status_code for a in answers] == [503, 503]
    settings.REDIS_URL = url
    assert prove_own(as_ann, phone, code).status_code == 200
    assert columns(ann) == (phone, None)

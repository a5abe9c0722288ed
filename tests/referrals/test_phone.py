"""Sign-in by phone: contract, section 4."""

import logging

import pytest
from django.core import checks
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import Member
from referrals.models import InviteCode
from tests.factories import PASSWORD, MemberFactory
from tests.referrals.outbox import SENT
from tests.referrals.phones import (
    AUTH_CODE,
    REQUEST_CODE,
    SIGN_IN,
    SIGN_UP,
    asked,
    new_phone,
    prove,
    sign_in,
    wrong_for,
)

WRONG = "This code is incorrect, used or expired."
REFUSED = "You cannot sign in with this phone number."
ME = "/api/clients/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"
    SENT.clear()


@pytest.fixture
def phone() -> str:
    return new_phone()


def me(header: str) -> dict:
    return APIClient().get(ME, HTTP_AUTHORIZATION=header).json()


# --- as the documents show ----------------------------------------------------------


def test_voting_document(api, phone):
    national = phone.removeprefix("+7")

    first = api.post(SIGN_UP, {"phone": national})
    second = api.post(SIGN_IN, {"code": first.json()["code"]})

    assert first.status_code == 200
    assert first.json() == {"code": SENT[0].code, "expires_in": 300}
    assert SENT[0].to == phone
    assert second.status_code == 200
    assert second.json().keys() == {"token", "refresh"}
    assert me(f"Bearer {second.json()['token']}")["phone_number"] == phone
    refresh = {"refresh": second.json()["refresh"]}
    assert api.post("/api/user/refresh/", refresh).status_code == 200


def test_other_document(api, phone):
    first = api.post(REQUEST_CODE, {"phone_number": phone})
    code = first.json()["confirmation_code"]
    second = api.post(AUTH_CODE, {"phone_number": phone, "confirmation_code": code})

    assert first.json() == {"confirmation_code": SENT[0].code, "expires_in": 300}
    assert second.json().keys() == {"token"}
    assert me(f"Token {second.json()['token']}")["phone_number"] == phone


def test_without_echo_the_sms_alone_has_the_code(api, settings, phone):
    settings.OTP_ECHO = False
    answers = [
        api.post(SIGN_UP, {"phone": phone}),
        api.post(REQUEST_CODE, {"phone_number": phone}),
    ]

    for answer, sms in zip(answers, SENT, strict=True):
        assert answer.json() == {"detail": "The code has been sent.", "expires_in": 300}
        assert sms.code not in str(answer.cookies)
    assert prove(phone, SENT[1].code).status_code == 200


def test_sms_is_in_the_callers_language(api, phone):
    api.post(SIGN_UP, {"phone": phone}, HTTP_ACCEPT_LANGUAGE="en")

    assert (
        SENT[0].text == f"Matchmaker code: {SENT[0].code}. Do not share it with anyone."
    )


def test_default_backend_prints(api, settings, phone, capsys):
    settings.SMS_BACKEND = "referrals.sms.console.ReadableConsole"

    code = asked(phone)

    printed = capsys.readouterr().out
    text = f"Matchmaker code: {code}. Do not share it with anyone."
    assert printed == f"✆ SMS to {phone}: {text}\n"


# --- the member ---------------------------------------------------------------------


def test_all_ways_and_spellings_are_one_member(phone):
    digits = phone.removeprefix("+7")
    spellings = [phone, digits, f"8 ({digits[:3]}) {digits[3:]}", f" +7-{digits} "]

    for spelling in spellings:
        assert sign_in(spelling, asked(phone)).status_code == 200
        assert prove(phone, asked(spelling)).status_code == 200

    member = Member.objects.get()
    assert (member.phone_number, member.email) == (phone, None)
    assert not member.has_usable_password()
    code = InviteCode.objects.get()
    assert (code.member, code.expires_at, code.ended_at) == (member, None, None)


def test_new_member_speaks_the_callers_language(api, phone):
    given = {"phone": phone, "code": asked(phone)}
    api.post(SIGN_IN, given, HTTP_ACCEPT_LANGUAGE="ru")
    prove(phone, asked(phone))

    assert Member.objects.get().language == "ru"


def test_telephone_of_a_sign_up_by_email_opens_nothing(api, phone):
    given = {"email": "ann@example.com", "password": PASSWORD, "telephone": phone}
    made = api.post("/api/user/sign-up/", given).json()

    key = prove(phone, asked(phone)).json()["token"]

    mine = me(f"Token {key}")
    assert mine["id"] != made["id"]
    assert (mine["phone_number"], mine["phone_verified"]) == (phone, True)
    claimant = Member.objects.get(pk=made["id"])
    assert (claimant.phone_number, claimant.claimed_phone) == (None, phone)
    assert InviteCode.objects.get().member_id == mine["id"]


def test_deleted_invitation_code_does_not_come_back(phone):
    sign_in(phone, asked(phone))
    InviteCode.objects.update(ended_at=InviteCode.objects.get().created_at)

    assert sign_in(phone, asked(phone)).status_code == 200

    assert InviteCode.objects.count() == 1


def test_inactive_member_is_refused_once_the_phone_is_proved(phone):
    member = MemberFactory(phone_number=phone, is_active=False)
    code = asked(phone)

    guessed = sign_in(phone, wrong_for(code)).json()
    first, second = sign_in(phone, code), prove(phone, asked(phone))

    assert guessed == {"code": [WRONG]}
    assert (first.status_code, first.json()) == (400, {"code": [REFUSED]})
    assert second.json() == {"confirmation_code": [REFUSED]}
    assert not InviteCode.objects.filter(member=member).exists()


def test_deleted_account_begins_anew(phone):
    sign_in(phone, asked(phone))
    old = Member.objects.get()
    services.delete_member(old)

    assert sign_in(phone, asked(phone)).status_code == 200

    assert Member.objects.get().pk != old.pk


# --- known and unknown --------------------------------------------------------------


def test_request_reads_nothing_about_members(phone, django_assert_num_queries):
    MemberFactory(phone_number=phone)
    stranger = new_phone()

    with django_assert_num_queries(0):
        answers = [APIClient().post(SIGN_UP, {"phone": p}) for p in (phone, stranger)]
        wrong = [sign_in(p, wrong_for(sms.code)) for p, sms in zip((phone, stranger), SENT, strict=True)]  # fmt: skip  # noqa: E501

    known, unknown = answers
    assert known.json().keys() == unknown.json().keys()
    assert [r.json() for r in wrong] == [{"code": [WRONG]}] * 2
    assert not Member.objects.filter(phone_number=stranger).exists()


def test_code_and_phone_are_not_logged(phone, caplog, settings):
    caplog.set_level(logging.DEBUG)
    code = asked(phone)

    sign_in(phone, wrong_for(code))
    sign_in(phone, code)
    settings.SMS_BACKEND = "tests.referrals.outbox.Broken"
    APIClient().post(SIGN_UP, {"phone": phone})

    assert "A code was not sent: said no" in caplog.text
    messages = [
        r.getMessage() for r in caplog.records if r.name != "django.db.backends"
    ]
    assert not [m for m in messages if code in m or phone[2:] in m]


# --- what is given ------------------------------------------------------------------


@pytest.mark.parametrize("given", ["12", "+7999", "nonsense", "\0", "", None, True, [], {}, 10**400])  # fmt: skip  # noqa: E501
def test_nonsense_for_a_phone(given):
    client = APIClient()

    assert client.post(SIGN_UP, {"phone": given}).json().keys() == {"phone"}
    asked_too = client.post(REQUEST_CODE, {"phone_number": given})
    assert (asked_too.status_code, *asked_too.json()) == (400, "phone_number")
    assert SENT == []


@pytest.mark.parametrize(
    "given",
    [
        "+19002345678", "+449098790123", "+78092345678", "+979123456789",  # premium
        "+881612345678", "+8821612345678", "+883510012345678",  # no country's
        "+80012345678", "+18005551234", "8 800 555-35-35",  # toll-free
        "+74951234567", "+390612345678",  # landlines
        "+447011234567", "+41742123456",  # personal, a pager
    ],
)  # fmt: skip
def test_no_code_goes_where_no_sms_does(given):
    client = APIClient()
    told = ["Codes are sent to mobile phones only, and this is not a mobile number."]

    answers = [
        client.post(SIGN_UP, {"phone": given}),
        client.post(REQUEST_CODE, {"phone_number": given}),
        sign_in(given, "1234"),
        prove(given, "1234"),
    ]

    assert [a.status_code for a in answers] == [400] * 4
    assert [a.json() for a in answers] == [{"phone": told}, {"phone_number": told}] * 2
    assert SENT == []


@pytest.mark.parametrize(
    "given",
    ["9991234567", "+79123456789", "9990000001", "+447912345678", "+16502530000"],
)
def test_codes_go_to_mobile_phones(given):
    assert asked(given) == SENT[0].code


@pytest.mark.parametrize("given", ["12", "12345", "12a4", "12.34", "12+34", "\u200b", "\0", "", None, True, 12345, -1, 12.5, [], {}])  # fmt: skip  # noqa: E501
def test_nonsense_for_a_code(phone, given):
    answers = [sign_in(phone, given), prove(phone, given)]

    assert [a.status_code for a in answers] == [400, 400]
    assert [[*a.json()] for a in answers] == [["code"], ["confirmation_code"]]


def as_wide(code: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in code)


def in_arabic(code: str) -> str:
    return "".join(chr(ord(digit) - ord("0") + 0x660) for digit in code)


@pytest.mark.parametrize(
    "typed",
    [
        as_wide,
        in_arabic,
        lambda code: f"{code[:2]} {code[2:]}",
        lambda code: f"{code[:2]}-{code[2:]}",
        lambda code: f"{code[:2]}\u2011{code[2:]}",
        lambda code: f" {code}\n",
        lambda code: "\u00a0".join(code),
        lambda code: f"\u2068{code}\u2069\u200b",
    ],
)
def test_code_is_read_however_it_is_typed(phone, typed):
    assert sign_in(phone, typed(asked(phone))).status_code == 200
    assert prove(phone, typed(asked(phone))).status_code == 200


def test_everything_wrong_is_told_at_once(api):
    assert api.post(SIGN_IN, {}).json().keys() == {"phone", "code"}
    assert api.post(AUTH_CODE, {}).json().keys() == {
        "phone_number", "confirmation_code",
    }  # fmt: skip
    assert api.post(SIGN_IN, {"phone": "x", "code": "x"}).json().keys() == {
        "phone", "code",
    }  # fmt: skip


@pytest.mark.parametrize("body", [[], "x", 1, None])
@pytest.mark.parametrize("url", [SIGN_UP, SIGN_IN, REQUEST_CODE, AUTH_CODE])
def test_body_that_is_no_object(api, url, body):
    assert api.post(url, body, format="json").status_code == 400


def test_forms_and_numbers(phone):
    client = APIClient()
    number = int(phone.removeprefix("+7"))
    for kind in ("multipart", "json"):
        code = client.post(SIGN_UP, {"phone": number}, format=kind).json()["code"]
        given = {"phone": number, "code": code if kind == "multipart" else int(code)}

        assert client.post(SIGN_IN, given, format=kind).status_code == 200, code


def test_number_has_lost_its_leading_zeros(phone):
    code = asked(phone)
    while not code.startswith("0"):  # one in ten
        code = asked(phone)

    assert sign_in(phone, int(code)).status_code == 200


@pytest.mark.parametrize("url", [SIGN_UP, SIGN_IN, REQUEST_CODE, AUTH_CODE])
def test_dead_token_in_the_header_does_not_matter(api, url):
    assert api.post(url, {}, HTTP_AUTHORIZATION="Token dead").status_code == 400


# --- the settings -------------------------------------------------------------------


@pytest.mark.parametrize(
    "backend", ["nothing.there.Backend", "referrals.sms.twilio.Twilio"]
)
def test_backend_that_cannot_work_is_told(settings, backend):
    settings.SMS_BACKEND = backend
    settings.TWILIO_AUTH_TOKEN = ""

    assert "referrals.E001" in {m.id for m in checks.run_checks()}


def test_deployment_that_tells_codes_is_warned(settings):
    def told() -> set[str]:
        found = checks.run_checks(include_deployment_checks=True)
        return {m.id for m in found if m.id.startswith("referrals.")}

    settings.SMS_BACKEND = "referrals.sms.console.ReadableConsole"
    assert told() == {"referrals.W001", "referrals.W002"}
    settings.OTP_ECHO = False
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"
    assert told() == set()

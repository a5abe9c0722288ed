"""One-time codes, on a real Redis."""

from collections.abc import Iterator

import pytest
import redis
from rest_framework.test import APIClient

from matchmaker.models import Member
from project.lib.api.rates import Rate
from referrals import constants, errors, one_time
from referrals.services import send_code
from tests.referrals.outbox import SENT
from tests.referrals.phones import (
    REQUEST_CODE,
    SIGN_UP,
    asked,
    new_phone,
    prove,
    sign_in,
    wrong_for,
)


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"
    SENT.clear()


@pytest.fixture
def phone() -> str:
    return new_phone()


@pytest.fixture
def server(settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as made:
        yield made


def is_refused(phone: str, code: str) -> bool:
    try:
        one_time.use(phone, code)
    except errors.OneTimeCodeWrong:
        return True
    return False


def test_code_signs_in_once(phone):
    code = one_time.issue(phone)

    assert [is_refused(phone, code) for _ in range(3)] == [False, True, True]


def test_newer_code_kills_the_older(phone):
    older = one_time.issue(phone)
    while (newer := one_time.issue(phone)) == older:
        pass

    assert is_refused(phone, older)
    assert not is_refused(phone, newer)


def test_code_is_bound_to_its_phone(phone):
    code, other = one_time.issue(phone), new_phone()
    one_time.issue(other)

    assert is_refused(new_phone(), code)
    while (others := one_time.issue(other)) == code:
        pass
    assert is_refused(other, code)
    assert not is_refused(other, others)


@pytest.mark.parametrize(("wrong", "is_right_refused"), [(4, False), (5, True)])
def test_five_tries(phone, wrong, is_right_refused):
    code = one_time.issue(phone)

    for _ in range(wrong):
        assert is_refused(phone, wrong_for(code))

    assert is_refused(phone, code) is is_right_refused


def test_tries_neither_prolong_nor_revive_a_code(phone, server):
    code = one_time.issue(phone)
    key = one_time.key_of(phone)
    assert 0 < server.ttl(key) <= constants.ONE_TIME_CODE_LIFETIME_S == 300
    server.expire(key, 50)

    assert is_refused(phone, wrong_for(code))
    assert 0 < server.ttl(key) <= 50

    server.pexpire(key, 0)
    assert is_refused(phone, code)
    assert not server.exists(key)


def test_redis_holds_neither_phone_nor_code(phone, server, monkeypatch):
    code = one_time.issue(phone)
    key = one_time.key_of(phone)

    stored = {k.decode(): v.decode() for k, v in server.hgetall(key).items()}

    assert stored.keys() == {"salt", "digest", "asker", "tries"}
    assert stored["asker"] == ""
    assert code not in stored.values()
    assert phone[1:] not in f"{key} {stored}"
    # The same code looks different: there is a salt.
    monkeypatch.setattr(one_time.secrets, "randbelow", lambda below: int(code))
    assert one_time.issue(phone) == code
    assert server.hget(key, "digest").decode() != stored["digest"]


def test_another_secret_key_reads_nothing(phone, settings):
    code = one_time.issue(phone)
    before = one_time.key_of(phone)
    settings.SECRET_KEY = "another"

    assert one_time.key_of(phone) != before
    assert is_refused(phone, code)


def test_more_phones_than_there_were_codes(server):
    """Theirs had one code of 9,000 for one phone at a time."""
    phones = [f"+79{n:09}" for n in range(9001)]
    codes = {phone: one_time.issue(phone) for phone in phones}

    assert len(set(codes.values())) < len(phones)
    assert server.exists(*map(one_time.key_of, phones)) == len(phones)
    for phone in (*phones[:20], *phones[-20:]):
        assert not is_refused(phone, codes[phone])


def test_codes_have_four_digits_and_zeros(phone):
    codes = [one_time.issue(phone) for _ in range(300)]

    assert {len(code) for code in codes} == {4}
    assert {code[0] for code in codes} == set("0123456789")


# --- what fails ---------------------------------------------------------------------


def test_code_whose_sms_failed_is_dead(db, settings, phone, server):
    settings.SMS_BACKEND = "tests.referrals.outbox.Broken"

    answer = APIClient().post(SIGN_UP, {"phone": phone})

    assert (answer.status_code, answer.json()) == (
        503,
        {
            "detail": "The code could not be sent. Try again soon.",
            "code": "sms_unavailable",
        },
    )
    assert "phone" not in answer.cookies
    assert not server.exists(one_time.key_of(phone))
    assert prove(phone, SENT[0].code).status_code == 400


def test_sms_that_fails_late_leaves_the_newer_code(settings, phone, monkeypatch):
    newer = []

    class Late:
        def send(self, *, to: str, text: str) -> None:
            first = text.split(": ")[1][:4]
            while not newer or newer[-1] == first:
                newer.append(one_time.issue(to))
            raise one_time_failed

    from referrals.sms import SmsFailed  # noqa: PLC0415

    one_time_failed = SmsFailed("late")
    monkeypatch.setattr("tests.referrals.outbox.Broken", Late)
    settings.SMS_BACKEND = "tests.referrals.outbox.Broken"

    with pytest.raises(errors.SmsUnavailable):
        send_code(phone)

    assert not is_refused(phone, newer[-1])


def test_without_redis_one_is_asked_to_come_again(db, settings, phone):
    code = asked(phone)
    url, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"

    answers = [
        APIClient().post(SIGN_UP, {"phone": phone}),
        APIClient().post(REQUEST_CODE, {"phone_number": phone}),
        sign_in(phone, code),
        prove(phone, code),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert len(SENT) == 1
    settings.REDIS_URL = url
    assert sign_in(phone, code).status_code == 200


def test_redis_that_forgot_everything(db, phone, server):
    code = asked(phone)
    server.delete(one_time.key_of(phone))
    server.script_flush()

    assert sign_in(phone, code).status_code == 400
    assert sign_in(phone, asked(phone)).status_code == 200


# --- throttles ----------------------------------------------------------------------


@pytest.fixture
def throttles(settings, server) -> None:
    settings.THROTTLES = True
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, Rate(1000, 60))
    for key in server.keys("throttle:one_time*"):
        server.delete(key)


def ask(phone: str, peer: str = "203.0.113.1") -> int:
    given, client = {"phone": phone}, APIClient(REMOTE_ADDR=peer)
    return client.post(SIGN_UP, given).status_code


@pytest.mark.usefixtures("throttles")
def test_codes_for_a_phone_however_written_and_from_wherever(db, settings, phone):
    settings.THROTTLE_RATES["one_time_code"] = Rate(2, 60)

    statuses = [ask(phone), ask(phone[2:], "203.0.113.2"), ask(f"8{phone[2:]}")]

    assert statuses == [200, 200, 429]
    given = {"phone_number": phone}
    assert APIClient().post(REQUEST_CODE, given).status_code == 429
    assert ask(new_phone()) == 200
    assert len(SENT) == 3


@pytest.mark.usefixtures("throttles")
def test_codes_for_many_phones_from_one_address(db, settings):
    settings.THROTTLE_RATES["one_time_code"] = Rate(1, 60)
    settings.THROTTLE_ADDRESS_FACTOR = 3

    statuses = [ask(new_phone()) for _ in range(4)]

    assert statuses == [200, 200, 200, 429]
    assert ask(new_phone(), "203.0.113.9") == 200


@pytest.mark.usefixtures("throttles")
def test_tries_of_a_phone_over_many_codes(db, settings, phone):
    settings.THROTTLE_RATES["one_time_try"] = Rate(7, 60)
    statuses = []
    for _ in range(2):
        code = asked(phone)
        statuses += [sign_in(phone[2:], wrong_for(code)).status_code for _ in range(4)]

    assert statuses == [400] * 7 + [429]
    assert prove(phone, asked(phone)).status_code == 429
    assert not Member.objects.exists()
    other = new_phone()
    assert sign_in(other, asked(other)).status_code == 200


@pytest.mark.usefixtures("throttles")
def test_cookies_phone_is_the_one_that_is_tried(db, settings, phone):
    settings.THROTTLE_RATES["one_time_try"] = Rate(1, 60)
    client = APIClient()
    code = client.post(SIGN_UP, {"phone": phone}).json()["code"]

    first = client.post("/api/auth/login", {"code": wrong_for(code)})

    assert first.status_code == 400
    assert sign_in(phone, code).status_code == 429


@pytest.mark.usefixtures("throttles")
def test_nonsense_is_no_try(db, settings, phone):
    settings.THROTTLE_RATES["one_time_try"] = Rate(1, 60)
    settings.THROTTLE_RATES["one_time_code"] = Rate(1, 60)
    for _ in range(3):
        assert ask("nonsense") == 400
        assert sign_in(phone, "12").status_code == 400

    assert sign_in(phone, asked(phone)).status_code == 200

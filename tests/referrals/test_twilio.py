"""SMS through Twilio's own client, against a server that speaks as Twilio does."""

import json
import logging
import time
from collections.abc import Iterator

import pytest
from rest_framework.test import APIClient

from referrals import one_time, sms
from tests.harness.waiting import PATIENCE_S
from tests.referrals.phones import SIGN_UP, new_phone
from tests.referrals.twilio_server import SID, TOKEN, TwilioServer, twilio_server

FROM = "+15005550006"


@pytest.fixture
def server(settings, own_redis) -> Iterator[TwilioServer]:
    with twilio_server() as made:
        settings.SMS_BACKEND = "referrals.sms.twilio.Twilio"
        settings.TWILIO_ACCOUNT_SID = SID
        settings.TWILIO_AUTH_TOKEN = TOKEN
        settings.TWILIO_FROM = FROM
        settings.TWILIO_API_URL = made.url
        yield made


@pytest.fixture
def phone() -> str:
    return new_phone()


def test_message_is_handed_over(server, phone):
    sms.backend().send(to=phone, text="Код: 0123")

    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": [phone], "From": [FROM], "Body": ["Код: 0123"]}
    assert server.asked == [(path, f"{SID}:{TOKEN}", form)]


def test_messaging_service_is_named_as_one(server, settings, phone):
    settings.TWILIO_FROM = "MG" + "2" * 32

    sms.backend().send(to=phone, text="x")

    form = server.asked[0][2]
    assert form["MessagingServiceSid"] == [settings.TWILIO_FROM]
    assert "From" not in form


def test_code_arrives_and_signs_in(db, server, phone, settings):
    answer = APIClient().post(SIGN_UP, {"phone": phone})

    assert answer.json().keys() == {"detail", "expires_in"}
    code = server.asked[0][2]["Body"][0].split(": ")[1][:4]
    one_time.use(phone, code)


BAD_NUMBER = {
    "code": 21211, "message": "The 'To' number +7903 is not a valid phone number.",
    "more_info": "https://www.twilio.com/docs/errors/21211", "status": 400,
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, json.dumps(BAD_NUMBER), "21211"),
        (401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401}),
         "20003"),
        (429, json.dumps({"code": 20429, "message": "Slow down", "status": 429}),
         "20429"),
        (500, "<html>Oops</html>", "500"),
        (503, json.dumps({"code": 20503, "message": "No", "status": 503}), "20503"),
        (302, "", "302"),
        (201, "<html>A proxy</html>", "JSONDecodeError"),
        (201, "", "no message in the answer"),
    ],
)  # fmt: skip
def test_what_fails_is_told_without_the_phone(
    db, server, phone, caplog, status, answer, reason
):
    server.status, server.answer = status, answer
    caplog.set_level(logging.INFO)

    refused = APIClient().post(SIGN_UP, {"phone": phone})

    assert (refused.status_code, refused.json()["code"]) == (503, "sms_unavailable")
    assert f"A code was not sent: Twilio: {reason}" in caplog.text
    code = server.asked[0][2]["Body"][0].split(": ")[1][:4]
    messages = [r.getMessage() for r in caplog.records]
    secrets = (phone[2:], "+7903", TOKEN, f"code: {code}")
    assert not [m for m in messages for secret in secrets if secret in m]
    with pytest.raises(one_time.errors.OneTimeCodeWrong):
        one_time.use(phone, code)


def test_provider_that_says_nothing_is_not_waited_for(server, phone, settings):
    assert 2 * settings.SMS_TIMEOUT_S <= settings.REQUEST_TIMEOUT_S
    settings.SMS_TIMEOUT_S = 0.3
    server.hangs = True
    start = time.monotonic()

    with pytest.raises(sms.SmsFailed, match=r"^Twilio: ReadTimeout$"):
        sms.backend().send(to=phone, text="x")

    assert time.monotonic() - start < PATIENCE_S


def test_provider_that_is_not_there(server, settings, phone):
    settings.TWILIO_API_URL = "http://127.0.0.1:1"

    with pytest.raises(sms.SmsFailed, match=r"^Twilio: ConnectionError$"):
        sms.backend().send(to=phone, text="x")

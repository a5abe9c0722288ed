"""Hunter's client against a server that speaks HTTP, well and badly."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from referrals import hunter
from tests.referrals.hunter_server import (
    COMBINED,
    COMPANY,
    ENRICHED,
    PERSON,
    VERIFIED,
    VERIFIER,
    Answer,
    HunterServer,
    errors,
)

EMAIL = "ann+новая@example.com"
KEY = "secret-key-of-ours"

Ask = Callable[[str], object]
BOTH = [hunter.verify, hunter.enrich]


@pytest.fixture(autouse=True)
def server(settings) -> Iterator[HunterServer]:
    with HunterServer() as made:
        settings.HUNTER_API_KEY, settings.HUNTER_URL = KEY, made.url
        yield made


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch):
    monkeypatch.setattr(hunter, "_told", set())


def test_verifier_is_asked_with_the_key_in_a_header_only(server):
    assert hunter.verify(EMAIL) == VERIFIED["data"]

    (question,) = server.asked
    assert question.path == VERIFIER
    assert question.query == {"email": EMAIL}
    assert question.headers["x-api-key"] == KEY
    assert KEY not in question.line


def test_enrichment_is_asked_in_clearbits_shape(server):
    assert hunter.enrich(EMAIL) == {"person": PERSON, "company": COMPANY}

    (question,) = server.asked
    assert question.path == COMBINED
    assert question.query == {"email": EMAIL, "clearbit_format": "true"}
    assert question.headers["x-api-key"] == KEY


@pytest.mark.parametrize(
    ("body", "found"),
    [
        # Clearbit itself has no "data" around it.
        (ENRICHED["data"], {"person": PERSON, "company": COMPANY}),
        ({"data": {"person": PERSON}}, {"person": PERSON, "company": None}),
        ({"data": {"person": None, "company": {}}}, None),
        ({"data": {"person": [1], "company": "x"}}, None),
        ({"data": None}, None),
        ({}, None),
        ([], None),
        ("text", None),
        (None, None),
        (7, None),
    ],
)
def test_enrichment_of_any_shape(server, body, found):
    server.answer(COMBINED, Answer(body=body))

    assert hunter.enrich(EMAIL) == found


@pytest.mark.parametrize("body", [{"data": []}, {"data": "valid"}, [VERIFIED], None, 1])
def test_verification_of_a_shape_that_nobody_knows_is_none(server, body):
    server.answer(VERIFIER, Answer(body=body))

    assert hunter.verify(EMAIL) is None


@pytest.mark.parametrize("ask", BOTH)
def test_unknown_email_is_none(server, ask):
    server.answer_all(Answer(404, errors(404, "not_found")))

    assert ask(EMAIL) is None


@pytest.mark.parametrize("ask", BOTH)
def test_claimed_email(server, ask):
    server.answer_all(Answer(451, errors(451, "claimed_email")))

    with pytest.raises(hunter.Claimed):
        ask(EMAIL)


@pytest.mark.parametrize("ask", BOTH)
@pytest.mark.parametrize("status", [400, 405, 410, 422])
def test_what_will_never_be_answered(server, ask, status):
    server.answer_all(Answer(status, errors(status, "invalid_email")))

    with pytest.raises(hunter.Rejected):
        ask(EMAIL)


def pause_of(ask: Ask) -> float | None:
    with pytest.raises(hunter.Later) as caught:
        ask(EMAIL)
    return caught.value.pause_s


@pytest.mark.parametrize("ask", BOTH)
@pytest.mark.parametrize("status", [202, 222, 403, 408, 425, 500, 502, 503, 504, 599])
def test_what_may_be_answered_soon(server, ask, status):
    server.answer_all(Answer(status, errors(status, "wait")))

    assert pause_of(ask) is None


@pytest.mark.parametrize("status", [401, 402, 429])
def test_what_somebody_must_pay_or_mend_first_may_wait(server, status):
    server.answer_all(Answer(status, errors(status, "too_many_requests")))

    assert pause_of(hunter.verify) == hunter.REFUSED_PAUSE_S


@pytest.mark.parametrize("status", [202, 403, 429, 503])
@pytest.mark.parametrize(
    ("header", "pause_s"),
    [
        ("7", 7),
        ("120", 120),
        ("999999999999999999", hunter.PAUSE_MAX_S),
        ("Fri, 31 Dec 2100 23:59:59 GMT", hunter.PAUSE_MAX_S),
    ],
)
def test_retry_after_is_honoured(server, status, header, pause_s):
    server.answer_all(Answer(status, headers={"Retry-After": header}))

    assert pause_of(hunter.verify) == pause_s


def test_retry_after_may_be_an_instant(server):
    instant = datetime.now(UTC) + timedelta(seconds=500)
    header = format_datetime(instant.replace(microsecond=0), usegmt=True)
    server.answer_all(Answer(429, headers={"Retry-After": header}))

    assert 400 < (pause_of(hunter.verify) or 0) <= 500


@pytest.mark.parametrize(
    "header", ["", "soon", "-5", "1e9", "²", "Mon, 99 Xyz 2026 00:00:00 GMT"]
)
def test_retry_after_that_says_nothing(server, header):
    value = header.encode().decode("latin-1")
    server.answer_all(Answer(503, headers={"Retry-After": value}))

    assert pause_of(hunter.verify) is None


def test_redirect_is_not_followed(server):
    with HunterServer() as thief:
        for status in (301, 302, 303, 307, 308):
            server.answer_all(Answer(status, headers={"Location": thief.url}))
            assert pause_of(hunter.verify) is None

        assert thief.asked == []
    assert len(server.asked) == 5


@pytest.mark.parametrize("ask", BOTH)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b'{"data": {"status": "val',
        b"\xff\xfe\x00\x01",
        b'{"data": "\xd0"}',
        b"[" * 60_000,
        b'{"data": {"score": ' + b"9" * 5_000 + b"}}",
    ],
)
def test_no_json_may_be_some_later(server, ask, body):
    server.answer_all(Answer(body=body))

    assert pause_of(ask) is None


@pytest.mark.parametrize("is_told", [True, False])
def test_large_answer_is_not_read(server, is_told):
    body = json.dumps({"data": {"status": "x" * 50_000_000}}).encode()
    headers = {"Content-Length": str(len(body))} if is_told else {}
    server.answer_all(Answer(body=body, headers=headers))

    with pytest.raises(hunter.Later, match="too large"):
        hunter.verify(EMAIL)


def test_largest_answer_that_is_read(server):
    rest = hunter.ANSWER_MAX_BYTES - len(json.dumps({"data": {"status": ""}}))
    server.answer_all(Answer(body={"data": {"status": "x" * rest}}))
    assert hunter.verify(EMAIL) == {"status": "x" * rest}

    server.answer_all(Answer(body={"data": {"status": "x" * (rest + 1)}}))
    assert pause_of(hunter.verify) is None


def test_silence_has_an_end(server, settings):
    settings.HUNTER_TIMEOUT_S = 0.2
    server.open.clear()

    assert pause_of(hunter.verify) is None


def test_answer_that_drips_has_an_end(server, settings):
    settings.HUNTER_TIMEOUT_S = 0.3
    server.answer_all(Answer(body=VERIFIED, pause_s=0.1))

    assert pause_of(hunter.verify) is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v2", "http://", "nonsense", "http://[::1", "ftp://x/"]
)
def test_no_server(settings, url):
    settings.HUNTER_URL = url

    assert pause_of(hunter.verify) is None


@pytest.mark.parametrize("key", ["ключ", "two\nlines", "\0"])
def test_key_that_no_header_can_hold_is_told_nobody(settings, key, caplog):
    settings.HUNTER_API_KEY = key

    with pytest.raises(hunter.Later) as caught:
        hunter.verify(EMAIL)

    assert key not in str(caught.value) + caplog.text


def test_slash_at_the_end_of_the_address_does_not_matter(server, settings):
    settings.HUNTER_URL += "/"

    assert hunter.verify(EMAIL) == VERIFIED["data"]


def test_what_no_column_can_hold_is_dropped(server):
    deep = inner = {}
    for _level in range(100):
        inner["x"] = inner = {}
    data = {"status": "va\0lid", "half": "a\ud800b", "n\0": 1, "deep": deep}
    text = json.dumps({"data": {**data, "big": 10**30}}).encode()
    text = text.replace(b'"big"', b'"nan": NaN, "inf": 1e999, "big"')
    server.answer_all(Answer(body=text))

    found = hunter.verify(EMAIL)

    assert found is not None
    assert str(found.pop("deep")).count("x") < 10
    assert found == {
        "status": "valid",
        "half": "a?b",
        "n": 1,
        "nan": None,
        "inf": None,
        "big": None,
    }


def test_refusals_are_told_once_until_there_is_an_answer(server, caplog):
    answer = Answer(body=VERIFIED)
    refused, poor = Answer(401), Answer(402)
    server.answer(VERIFIER, refused, refused, poor, answer, refused, refused)
    caplog.set_level(logging.ERROR)

    for _question in range(6):
        try:
            hunter.verify(EMAIL)
        except hunter.Later:
            continue

    said = [record.getMessage() for record in caplog.records]
    assert [line.split()[2] for line in said] == ["401:", "402:", "401:"]
    assert all("HUNTER_API_KEY" in line for line in said)


def test_neither_key_nor_email_is_logged(server, settings):
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    listener = Listener(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(listener)
    try:
        server.answer_all(Answer(body=VERIFIED), Answer(401), Answer(500))
        for ask in BOTH * 3:
            try:
                ask(EMAIL)
            except hunter.Later:
                continue
    finally:
        root.removeHandler(listener)

    assert [line for line in lines if "HUNTER_API_KEY" in line]
    assert [line for line in lines if KEY in line or "ann" in line] == []

"""What must not stand in a log, and what takes too much room in it."""

import logging
import logging.config
import sys

import pytest
import redis

from events.services import new_feed
from project.lib.redis.clients import redis_may_fail
from project.logs import Line, OneLine, Repeats, without_secrets
from tests.harness.waiting import wait_until


def test_address_of_a_feed_is_not_logged(ann, api, caplog):
    caplog.handler.setFormatter(Line())
    secret = new_feed(ann).secret

    with caplog.at_level(logging.WARNING):
        assert api.get(f"/api/events/calendar/{secret}.ics?date=x").status_code == 400
        assert api.get(f"/api/events/calendar/{secret}/").status_code == 404
        assert api.get(f"/api/events/calendar/{secret}x.ics").status_code == 404

    assert caplog.text.count("/api/events/calendar/….ics") == 2
    assert "/api/events/calendar/…/" in caplog.text
    assert secret not in caplog.text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(email)=(ann.o'neil+x@example.com)", "(email)=(a…@example.com)"),
        ("/x?email=ann%40example.com", "/x?email=a…%40example.com"),
        ("почта@пример.рф", "п…@пример.рф"),
        ("to +79120001122.", "to +791…."),
        ("/x?phone=%2B79120001122", "/x?phone=%2B791…"),
        ("from 203.0.113.7:443", "from 203.0…:443"),
        ("from 2001:db8::7, fe80:1:2:3:4:5:6:7", "from 2001:0db8:…, fe80:0001:…"),
        ("redis://:secret@host:6379/0", "redis://…@host:6379/0"),
        ("Token " + "0123456789" * 4, "Token 0123…"),
        ("Bearer eyJhbGciOi.eyJ1c2VyX2lk.abc_d-e", "Bearer eyJ…"),
        ("22:23:55 2026-11-27T22:23:55+00:00", "22:23:55 2026-11-27T22:23:55+00:00"),
        ("at 127.0.0.1:80, 0.0.0.0, ::1", "at 127.0.0.1:80, 0.0.0.0, ::1"),
    ],
)  # fmt: skip
def test_addresses_are_shortened(text, written):
    assert without_secrets(text) == written


def test_long_texts_are_read_in_little_time():
    """A pattern that goes back and forth takes minutes for these, not seconds."""
    for text in ("a", "a.", "1:", "1.", "+123", "eyJ.", "x://", "%40", "a@"):
        without_secrets(text * 20_000)


def test_texts_of_exceptions_are_shortened(line_of):
    try:
        raise ValueError("Key (email)=(ann@example.com) already exists")
    except ValueError:
        written = line_of(logging.getLogger("x"), "failed for %s", "+79120001122")

    assert "failed for +791…" in written
    assert "Traceback" in written
    assert "a…@example.com" in written
    assert "ann@example.com" not in written


@pytest.fixture
def line_of(settings):
    """What the console's handler writes of an error with its exception."""
    logging.config.dictConfig(settings.LOGGING)
    handler = logging.getLogger().handlers[0]
    formats = [type(each.formatter) for each in logging.getLogger().handlers]
    assert formats[0] is Line

    def line(logger: logging.Logger, *args: object) -> str:
        record = logger.makeRecord(
            logger.name, logging.ERROR, "x.py", 1, args[0], args[1:], sys.exc_info()
        )
        return handler.format(record)

    return line


def test_every_handler_hides_secrets(settings):
    formatters = settings.LOGGING["formatters"]
    for handler in settings.LOGGING["handlers"].values():
        assert formatters[handler["formatter"]]["class"] == "project.logs.Line"
        assert "repeats" in handler["filters"]


# --- Faults that last ---------------------------------------------------------------


class Written(logging.Handler):
    """What a handler writes whose filter is `repeats`."""

    def __init__(self) -> None:
        super().__init__()
        self.repeats = Repeats()
        self.addFilter(self.repeats)
        self.addFilter(OneLine())
        self.setFormatter(Line())
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.fixture
def written(monkeypatch) -> Written:
    """The only handler, as in the settings: what it filters, others would see."""
    handler = Written()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    return handler


def fail(error: type[Exception]) -> None:
    try:
        raise error("for ann@example.com")
    except error:
        logging.getLogger("some.place").exception("It fails")


def test_fault_that_lasts_is_a_line_a_minute(written):
    for _ in range(300):
        fail(redis.exceptions.OutOfMemoryError)
        fail(ZeroDivisionError)

    assert len(written.texts) == 2
    assert "Traceback" not in written.texts[0]
    assert "OutOfMemoryError: for a…@example.com" in written.texts[0]
    assert written.texts[1].count("Traceback") == 1
    written.repeats.tell()
    assert written.texts[2:] == ["It fails (299 more in a minute)"] * 2
    fail(ZeroDivisionError)
    written.repeats.tell()
    assert written.texts[4:] == [
        "It fails (300 in all, none for a minute)",
        "It fails (1 more in a minute)",
    ]
    written.repeats.tell()
    assert written.texts[6:] == ["It fails (301 in all, none for a minute)"]
    fail(ZeroDivisionError)
    assert "Traceback" in written.texts[-1]


def test_fault_that_came_once_is_one_line(written):
    fail(KeyError)
    written.repeats.tell()
    written.repeats.tell()

    assert len(written.texts) == 1


def test_consequences_of_redis_are_told_apart(written):
    for _ in range(3):
        with redis_may_fail("one"):
            raise redis.ConnectionError("away")
        with redis_may_fail("other"):
            raise redis.ConnectionError("away")

    assert written.texts == [
        "Redis fails, one: away",
        "Redis fails, other: away",
    ]


def test_refused_requests_are_told_one_by_one(written, api):
    for _ in range(3):
        assert api.get("/nope").status_code == 404

    assert written.texts == ["Not Found: /nope"] * 3


def test_minute_begins_by_itself(written, monkeypatch):
    monkeypatch.setattr("project.logs.MINUTE_S", 0.05)
    for _ in range(5):
        fail(KeyError)

    wait_until(lambda: "It fails (4 more in a minute)" in written.texts)
    wait_until(lambda: "It fails (5 in all, none for a minute)" in written.texts)


def test_faults_are_remembered_within_a_bound(written, monkeypatch):
    monkeypatch.setattr("project.logs.FAULTS_MAX", 10)
    logger = logging.getLogger("many")
    for line in range(100):
        record = logger.makeRecord("many", logging.ERROR, "x.py", line, "x", (), None)
        logger.handle(record)

    assert len(written.texts) == 100
    assert len(written.repeats._faults) == 10


# --- One line -----------------------------------------------------------------------


@pytest.fixture
def as_set(settings):
    """Loggers as settings have them, which pytest's own handlers listen to."""
    logging.config.dictConfig(settings.LOGGING)


def test_redis_that_is_away_is_one_line(as_set, caplog):
    logger = logging.getLogger("channels_redis.pubsub")
    try:
        redis.Redis(port=1).ping()
    except redis.ConnectionError:
        logger.exception("Unexpected exception in %s", "receive task")

    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info is None
    line = record.getMessage()
    assert line.startswith("Unexpected exception in receive task: ConnectionError: ")
    assert "\n" not in line


def test_error_of_the_code_keeps_its_traceback(as_set, caplog):
    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("channels_redis.pubsub").exception("Unexpected")

    assert caplog.records[0].exc_info


def test_form_with_too_many_fields_is_one_line(as_set, api, caplog):
    form = {f"field{i}": "x" for i in range(3_000)}

    assert api.post("/api/clients/create/", form).status_code == 400

    [record] = [r for r in caplog.records if r.name.startswith("django.")]
    assert record.levelname == "WARNING"
    assert record.exc_info is None

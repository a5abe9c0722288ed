"""What must not stand in a log, and what takes too much room in it."""

import logging
import logging.config

import pytest
import redis

from events.services import new_feed
from project.logs import HideSecrets


def test_address_of_a_feed_is_not_logged(ann, api, caplog):
    caplog.handler.addFilter(HideSecrets())
    secret = new_feed(ann).secret

    with caplog.at_level(logging.WARNING):
        assert api.get(f"/api/events/calendar/{secret}.ics?date=x").status_code == 400

    assert "/api/events/calendar/….ics" in caplog.text
    assert secret not in caplog.text


def test_every_handler_hides_secrets(settings):
    for handler in settings.LOGGING["handlers"].values():
        assert "hide_secrets" in handler["filters"]


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

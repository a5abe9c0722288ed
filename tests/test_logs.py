"""What must not stand in a log."""

import logging

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

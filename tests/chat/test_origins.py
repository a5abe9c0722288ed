"""Pages of other origins that may open sockets: those that may read the API."""

import pytest

from chat.sockets.handshake import is_known_origin


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("https://maps.example", True),
        ("https://one.example:5173", True),
        ("https://one.example", False),
        ("https://one.example:5173.evil.example", False),
    ],
)
def test_allowed_origins_are_those_of_cors(settings, origin, may):
    settings.CORS_ALLOWED_ORIGINS = ["https://maps.example"]
    settings.CORS_ALLOWED_ORIGIN_REGEXES = [r"^https://one\.example:[0-9]+$"]

    assert is_known_origin({b"origin": origin.encode()}) is may

"""The `Allow` header names the methods that are answered, and no other."""

import pytest


@pytest.mark.parametrize(
    ("path", "status", "allow"),
    [
        ("/api/events/", 200, "GET, HEAD, OPTIONS"),
        ("/api/events/calendar.ics", 405, "GET, HEAD"),
        ("/api/tiles/events.json", 200, "GET, HEAD, OPTIONS"),
        ("/api/tiles/events/0/0/0.pbf", 405, "GET, HEAD"),
    ],
)
def test_options_are_allowed_where_they_are_answered(as_ann, path, status, allow):
    answer = as_ann.options(path)

    assert (answer.status_code, answer["Allow"]) == (status, allow)

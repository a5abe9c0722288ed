"""What caches may keep: README, "What may be cached"."""

import pytest

from tests.test_unknown_input import API, DOCUMENTATION, as_root, methods, of, root

__all__ = ["as_root", "root"]

# tests/events/test_calendar_versions.py has these.
CALENDARS = {"calendar", "event-calendar", "feed"}
OTHERS = [param for param in API if param.values[1].name not in CALENDARS]


@pytest.mark.parametrize(("path", "pattern"), OTHERS)
def test_no_answer_of_the_api_is_kept(as_root, api, root, path, pattern):
    is_schema = pattern.name in {*DOCUMENTATION, "swagger-json"}
    wanted = "private, no-cache" if is_schema else "private, no-store"
    for client in (as_root, api):
        for method in methods(pattern):
            if method == "get":
                answer = client.get(of(root, path, pattern))
                assert answer["Cache-Control"] == wanted, answer.status_code
            elif client is api:
                answer = getattr(client, method)(path, {})
                assert answer["Cache-Control"] == wanted, (method, answer.status_code)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_asked_anew(api, db, path):
    assert api.get(path)["Cache-Control"] == "no-store"


def test_admin_is_not_kept(client, db):
    assert "no-store" in client.get("/admin/login/")["Cache-Control"]

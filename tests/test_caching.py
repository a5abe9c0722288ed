"""What caches may keep: project/README.md, "What may be cached"."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from events.services import new_feed
from matchmaker import services
from matchmaker.models import Member
from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.test_unknown_input import API, DOCUMENTATION, as_root, methods, of, root

__all__ = ["as_root", "root"]

# tests/events/test_calendar_versions.py and tests/test_tiles.py have these.
TAGGED = {"calendar", "event-calendar", "feed", "tile", "tile-json"}
OTHERS = [param for param in API if param.values[1].name not in TAGGED]


@pytest.mark.parametrize(("path", "pattern"), OTHERS)
def test_no_answer_of_the_api_is_kept(as_root, api, root, path, pattern):
    is_schema = pattern.name in {*DOCUMENTATION, "swagger-json"}
    wanted = "no-cache" if is_schema else "private, no-store"
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


@pytest.mark.parametrize(
    "path", ["/nope", "/api/nope", "/media/nope.jpg", f"/media/avatars/{'a' * 32}.jpg"]
)
def test_what_is_not_there_is_asked_anew(api, db, path):
    answer = api.get(path)

    assert answer.status_code == 404
    assert answer["Cache-Control"] == "private, no-store"


# --- Vary ---------------------------------------------------------------------------

ORIGIN = "https://map.example"
# Headers by which answers differ, each with what may stand in it.
HEADERS = {
    "Accept": ["application/json", "text/html"],
    "Accept-Language": ["en", "ru"],
    "Origin": [ORIGIN, "https://other.example"],
}


def cookie_of(member: Member) -> str:
    browser = Client()
    browser.force_login(member)
    return f"sessionid={browser.cookies['sessionid'].value}"


@pytest.fixture
def signed(ann) -> dict[str, list[str]]:
    """How either of two signs in, who are far from each other."""
    members = [ann, MemberFactory(lon=37.6176, lat=55.7558)]
    return {
        "Authorization": [f"Token {services.issue_key(m).key}" for m in members],
        "Cookie": [cookie_of(member) for member in members],
    }


@pytest.fixture
def kept(ann) -> list[str]:
    """The addresses whose answers a cache may keep."""
    event = EventFactory(date="2027-01-01T00:00:00Z", lon=30.31, lat=59.93)
    name = f"avatars/{'a' * 32}.jpg"
    default_storage.save(name, ContentFile(b"x"))
    return [
        "/api/events/calendar.ics?distance=10",
        f"/api/events/{event.pk}/calendar.ics",
        f"/api/events/calendar/{new_feed(ann, {}).secret}.ics",
        "/docs",  # and so /redoc; a schema takes a second
        "/chat/demo/",
        "/discover/",
        "/reset/",
        f"/media/{name}",
    ]


def seen(path: str, **headers: str) -> Any:
    answer = Client().get(path, headers=headers)
    body = b"".join(answer) if answer.streaming else answer.content
    told = {k: v for k, v in answer.headers.items() if k != "Vary"}
    varies = {name.strip().lower() for name in answer.headers["Vary"].split(",")}
    return answer.status_code, told, body, varies


def test_whatever_changes_an_answer_stands_in_its_vary(kept, signed, settings):
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    changing: dict[str, set[str]] = {}
    for path in kept:
        is_own = "/calendar.ics" in path
        known = {"Authorization": signed["Authorization"][0]} if is_own else {}
        etag = seen(path, **known)[1].get("ETag")
        versions = [{}, {"If-None-Match": etag}] if etag else [{}]
        for version in versions:
            for header, values in (HEADERS | (signed if is_own else {})).items():
                others = {} if header in signed else known
                answers = [
                    seen(path, **(others | version | {header: value}))
                    for value in values
                ]
                one, *more = answers
                if any(other[:3] != one[:3] for other in more):
                    changing.setdefault(path, set()).add(header)
                    for status, _told, _body, varies in answers:
                        assert header.lower() in varies, (path, status)

    lists, one, feed, docs, demo, discover, reset, picture = kept
    assert changing[lists] == {*HEADERS, *signed} - {"Accept"}
    assert changing[docs] == {*HEADERS}
    for path in (one, feed, demo, discover, reset, picture):
        assert changing[path] == {"Accept-Language", "Origin"}
    varies = {"accept-encoding", "accept-language", "origin"}
    assert seen("/swagger.json")[-1] == varies

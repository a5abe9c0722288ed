"""What no endpoint reads is a 400 on its name, at every endpoint there is."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from rest_framework.views import APIView

from events.models import CalendarFeed
from project.lib.api.views import OVERRIDES, Understanding
from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.test_house import paths

# Pages and files for people, and health pages, which have tests of their own below.
NO_VIEWS_OF_THE_API = {
    "chat-demo",
    "discover-page",
    "health-live",
    "health-ready",
    "home",
    "media",
    "reset",
}
# HTML, and the schema under ?format=openapi.
DOCUMENTATION = {"docs", "docs-v1", "redoc"}

PATTERNS = [*paths(get_resolver())]
API = [
    param
    for param in PATTERNS
    if issubclass(getattr(param.values[1].callback, "cls", object), APIView)
]


def methods(pattern) -> list[str]:
    view = pattern.callback.cls
    actions = getattr(pattern.callback, "actions", None)
    names = actions or [m for m in view.http_method_names if hasattr(view, m)]
    return [name for name in names if name != "options"]


@pytest.fixture
def root(db):
    """Somebody who may do everything."""
    root = MemberFactory(is_staff=True, is_superuser=True, lon=30.3, lat=59.9)
    CalendarFeed.objects.create(member=root, secret="a" * 32)
    return root


@pytest.fixture
def as_root(root, signed_in):
    return signed_in(root)


@pytest.fixture
def bob(db):
    return MemberFactory()


def of(root, path, pattern, query=""):
    """The path of what is root's, where there is such a thing; of docs the schema."""
    path = path.replace("/collections/1", "/collections/events")
    path = re.sub("/1(?=/|$)", f"/{root.pk}", path)
    if pattern.name in DOCUMENTATION:
        query = f"format=openapi&{query}"
    return f"{path}?{query}"


def test_every_view_of_the_api_is_walked():
    names = {param.id for param in PATTERNS} - {param.id for param in API}

    assert names == NO_VIEWS_OF_THE_API
    for param in API:
        assert issubclass(param.values[1].callback.cls, Understanding), param.id


@pytest.mark.parametrize(("path", "pattern"), API)
def test_unknown_parameter_is_400_on_its_name(root, as_root, path, pattern):
    url = of(root, path, pattern, "nobody_reads=1")

    for method in methods(pattern):
        response = getattr(as_root, method)(url)
        assert response.status_code == 400, (method, path)
        if method != "head":
            assert response.json()["nobody_reads"] == ["Unknown parameter."]


@pytest.mark.parametrize(("path", "pattern"), API)
def test_unknown_field_is_400_on_its_name(root, as_root, path, pattern):
    url = of(root, path, pattern)
    upload = SimpleUploadedFile("a.txt", b"text")
    boundary = "multipart/form-data; boundary=b"
    part = 'Content-Disposition: form-data; name="nobody_reads"; filename="a"'
    bodies = [
        ('{"nobody_reads": null}', "application/json"),
        ("nobody_reads=", "application/x-www-form-urlencoded"),
        (f"--b\r\n{part}\r\n\r\n{upload.read().decode()}\r\n--b--\r\n", boundary),
    ]

    for method in methods(pattern):
        for body, kind in bodies:
            response = as_root.generic(method.upper(), url, body, kind)
            assert response.status_code == 400, (method, path, kind)
            if method != "head":
                assert response.json()["nobody_reads"] == ["Unknown field."], path


@pytest.mark.parametrize(("path", "pattern"), API)
def test_body_that_is_no_object_is_400(root, as_root, path, pattern):
    url = of(root, path, pattern)

    for method in methods(pattern):
        for body in ('[{"a": 1}]', '"text"', "0", "{"):
            response = as_root.generic(method.upper(), url, body, "application/json")
            assert response.status_code == 400, (method, path)
            if method != "head":
                assert response.json().keys() == {"non_field_errors"}


@pytest.mark.parametrize("path", ["/docs/", "/redoc/", "/api/v1/schema/docs/"])
def test_pages_for_people_ignore_what_links_bring(client, db, path):
    response = client.get(f"{path}?utm_source=mail")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("header", OVERRIDES)
def test_another_method_in_a_header_is_not_overheard(as_root, bob, header):
    response = as_root.post(f"/api/clients/{bob.pk}/match/", **{header: "DELETE"})

    assert response.status_code == 400
    (message,) = response.json()["non_field_errors"]
    assert "is not supported. Use the method itself." in message
    assert as_root.get(f"/api/clients/{bob.pk}/match/").json()["liked"] is False
    same = as_root.post(f"/api/clients/{bob.pk}/match/", **{header: "post"})
    assert same.status_code == 201


@pytest.mark.parametrize("action", ["match", "block", "pass"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "application/json"),
        ("{}", "application/json"),
        ("null", "application/json"),
        ("", "application/x-www-form-urlencoded"),
        ("csrfmiddlewaretoken=x", "application/x-www-form-urlencoded"),
        ("", "text/plain"),
    ],
)
def test_nothing_may_be_sent_where_nothing_is_read(as_root, bob, action, body, kind):
    response = as_root.generic("POST", f"/api/clients/{bob.pk}/{action}/", body, kind)

    assert response.status_code in (201, 204)


def test_text_is_415_where_nothing_is_read(as_root):
    response = as_root.generic("POST", "/api/clients/2/match/", "hello", "text/plain")

    assert response.status_code == 415


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_pages_take_no_parameters(client, db, path):
    response = client.get(f"{path}?since=1&_=2")

    assert response.status_code == 400
    assert response.json() == {
        "since": ["Unknown parameter."],
        "_": ["Unknown parameter."],
    }


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [
        ("/api/clients/", "distnace", "Unknown parameter. Did you mean distance?"),
        ("/api/clients/", "Distance", "Unknown parameter. Did you mean distance?"),
        ("/api/clients/", "page-size", "Unknown parameter. Did you mean page_size?"),
        ("/api/clients/", "offset", "Unknown parameter."),
        ("/api/clients/", "_", "Unknown parameter."),
        ("/api/clients/", "", "Unknown parameter."),
        ("/api/events/", "date__gt", "Unknown parameter. Did you mean date__gte?"),
        ("/api/events/", "q", "Unknown parameter."),
        ("/api/events/calendar.ics", "limit", "Unknown parameter."),
        ("/api/events/calendar.ics", "bbbox", "Unknown parameter. Did you mean bbox?"),
        (f"/api/events/calendar/{'a' * 32}.ics", "serach",
         "Unknown parameter."),
        ("/api/v1/leaderboard/", "periods", "Unknown parameter. Did you mean period?"),
        ("/api/chat/rooms/", "limit", "Unknown parameter."),
        ("/api/clients/", "distance" * 10_000, "Unknown parameter."),
    ],
)  # fmt: skip
def test_nearest_known_parameter_is_named(as_root, path, name, message):
    response = as_root.get(path, {name: "1"})

    assert response.status_code == 400
    assert response.json() == {name: [message]}


def test_all_parameters_are_told_at_once_and_in_russian(as_root):
    query = {"distnace": 5, "gender": "x", "page_size": 0}

    response = as_root.get("/api/clients/", query, HTTP_ACCEPT_LANGUAGE="ru")

    assert response.json().keys() == query.keys()
    assert response.json()["distnace"] == [
        "Неизвестный параметр. Возможно, имелось в виду distance?"
    ]


def test_parameters_are_told_with_what_is_wrong_in_the_body(as_root):
    response = as_root.post("/api/user/sign-in/?next=/me/", {"emial": "a"})

    assert response.status_code == 400
    assert response.json() == {
        "next": ["Unknown parameter."],
        "emial": ["Unknown field. Did you mean email?"],
        "email": ["This field is required."],
        "password": ["This field is required."],
    }


def test_format_given_twice_is_400(as_root):
    response = as_root.get("/api/clients/me/?format=json&format=geojson")

    assert response.status_code == 400
    assert response.json() == {"format": ["Specify this parameter only once."]}


@pytest.mark.parametrize(
    ("path", "one", "other", "value"),
    [
        ("/api/clients/", "page_size", "limit", "1"),
        ("/api/discover/", "page_size", "limit", "1"),
        ("/api/events/", "limit", "page_size", "1"),
        ("/api/organizations/", "limit", "page_size", "1"),
        ("/api/v1/profiles", "page_size", "limit", "1"),
        ("/api/v1/users/me/", "page_size", "limit", "1"),
        ("/api/clients/", "in_bbox", "bbox", "0,0,1,1"),
        ("/api/events/", "in_bbox", "bbox", "0,0,1,1"),
        ("/api/organizations/", "in_bbox", "bbox", "0,0,1,1"),
    ],
)
def test_two_names_of_one_parameter(root, as_root, path, one, other, value):
    MemberFactory(lon=30.3, lat=59.9), MemberFactory(lon=0.5, lat=0.5)
    path = path.replace("users/me", f"users/{root.pk}")

    everything = as_root.get(path).json()
    by_one, by_other = (as_root.get(path, {n: value}).json() for n in (one, other))

    for page in (by_one, by_other):
        page.pop("next")
    everything.pop("next")
    assert by_one == by_other
    if "clients" in path:
        assert by_one != everything
    both = as_root.get(path, {one: value, other: value})
    assert both.status_code == 400
    assert both.json() == {
        one: [f"Specify {one} or {other}, not both."],
        other: [f"Specify {other} or {one}, not both."],
    }
    nonsense = as_root.get(path, {other: "x"})
    assert nonsense.json().keys() == {other}


@pytest.mark.parametrize("name", ["limit", "page_size"])
@pytest.mark.parametrize("path", ["/api/clients/", "/api/events/"])
def test_links_of_pages_keep_the_name_that_was_given(as_root, path, name):
    for _number in range(3):
        EventFactory()  # of a member each

    url, seen = f"{path}?{name}=1", []
    while url:
        page = as_root.get(url)
        assert page.status_code == 200, page.content
        seen += [row["id"] for row in page.json()["results"]]
        url = page.json()["next"]

    assert len(seen) == len(set(seen)) == page.json()["count"]
    assert as_root.get(page.json()["previous"]).status_code == 200


def test_point_that_nothing_is_measured_from_is_400(as_root):
    message = "A point needs distance or ordering=distance."

    response = as_root.get("/api/events/", {"point": "30,60"})

    assert response.status_code == 400
    assert response.json() == {"point": [message]}

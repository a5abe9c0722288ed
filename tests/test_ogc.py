"""OGC API - Features: what clients of the standard rely on, and our rules under it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from events.models import Event
from matchmaker.models import Block
from project.lib.reads import keyset
from tests.events.factories import EventFactory, MembershipFactory, OrganizationFactory
from tests.factories import MemberFactory

BASE = "/api/ogc"

pytestmark = pytest.mark.usefixtures("plain_static_files")
LISTS = {
    "members": "/api/clients/",
    "events": "/api/events/",
    "organizations": "/api/organizations/",
}
PASSWORD = "correct horse 7 battery"


def items(name: str) -> str:
    return f"{BASE}/collections/{name}/items"


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [feature["id"] for feature in response.json()["features"]]


@pytest.fixture
def world(ann) -> None:
    creator = MemberFactory(lon=30.32, lat=59.94)
    MemberFactory.create_batch(2, lon=179.9, lat=-17)
    MemberFactory()
    EventFactory(
        creator=creator, lon=179.5, lat=-17, date=datetime(2026, 5, 1, 12, tzinfo=UTC)
    )
    EventFactory(
        creator=creator,
        lon=-179.5,
        lat=-17,
        date=datetime(2026, 5, 2, tzinfo=UTC),
        is_all_day=True,
    )
    EventFactory(creator=creator, lon=30, lat=60)
    EventFactory(creator=creator, lon=1, lat=2, scheduled=True)
    OrganizationFactory.create_batch(3, lon=10, lat=20)
    MembershipFactory(organization__title="Club", member=creator)


def test_pages_link_to_all_others(world, as_ann):
    seen, waiting = set(), [f"http://testserver{BASE}"]
    while waiting:
        url = waiting.pop()
        if url in seen or "format=" in url:
            continue
        seen.add(url)
        response = as_ann.get(url)
        assert response.status_code == 200, url
        body = response.json()
        parts = [body, *body.get("collections", []), *body.get("features", [])]
        for link in (each for part in parts for each in part.get("links", [])):
            if link["rel"] == "self" and part_is(body, link):
                assert link["type"] == response["Content-Type"]
            waiting.append(link["href"])
            if link["rel"] == "alternate" and part_is(body, link):
                page = as_ann.get(link["href"])
                assert page["Content-Type"].startswith(link["type"])
                assert part_is_told(page.content.decode(), body)

    paths = {url.removeprefix(f"http://testserver{BASE}") for url in seen}
    assert paths == {
        "", "/api", "/conformance", "/collections", "/functions",
        *(f"/collections/{name}/queryables" for name in LISTS),
        *(f"/collections/{name}" for name in LISTS),
        *(f"/collections/{name}/items" for name in LISTS),
    }  # fmt: skip


def part_is_told(page: str, body: Any) -> bool:
    """Whether an HTML page has what the JSON has, pages linked in its own type."""
    of_type = {"self", "alternate", "next", "prev"}
    links = [each for each in body.get("links", []) if each["rel"] not in of_type]
    texts = [body.get("title", ""), *body.get("conformsTo", [])]
    texts += [str(each["id"]) for each in body.get("features", [])]
    texts += [each["href"] for each in links]
    return all(escape(text) in page for text in texts)


def part_is(body: Any, link: Any) -> bool:
    return link in body.get("links", [])


def test_definition_is_valid_and_names_every_parameter(db, api):
    response = api.get(f"{BASE}/api")

    assert response["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    schemathesis.openapi.from_dict(response.json()).validate()
    told = {
        parameter["name"]
        for parameter in response.json()["paths"]["/collections/events/items"]["get"][
            "parameters"
        ]
    }
    assert told == {
        "limit", "bbox", "datetime", "cursor", "search", "date", "date__gte",
        "date__lte", "organization", "attending", "format", "filter", "filter-lang",
        "filter-crs",
    }  # fmt: skip


def test_html_page_runs_nothing_that_was_typed_in(world, as_ann):
    title = "</script><script>alert(1)</script><!--"
    event = EventFactory(title=title, lon=1, lat=2)

    for path in (items("events"), f"{items('events')}/{event.pk}"):
        page = as_ann.get(path, HTTP_ACCEPT="text/html,application/xml;q=0.9,*/*;q=0.8")

        assert page["Content-Type"] == "text/html; charset=utf-8"
        assert "script-src 'self';" in page["Content-Security-Policy"]
        assert "alert(1)" in page.content.decode()
        assert "<script>alert" not in page.content.decode()


def test_html_shows_a_hundred_features_and_links_to_the_next(ann, as_ann):
    MemberFactory.create_batch(120)

    page = as_ann.get(items("members"), {"limit": 10_000, "format": "html"})

    text = page.content.decode()
    assert "<dt>numberReturned</dt><dd>100</dd>" in text
    assert "cursor=" in text


def test_html_links_lead_to_html(world, as_ann):
    page = as_ann.get(items("events"), {"limit": 1, "format": "html"}).content.decode()

    assert re.search(r'href="[^"]*cursor=[^"]*format=html[^"]*" rel="next"', page)


def test_conformance_declares_what_holds(api):
    spec = "http://www.opengis.net/spec"

    declared = api.get(f"{BASE}/conformance").json()["conformsTo"]

    classes = {
        "ogcapi-features-1": ["core", "oas30", "html", "geojson"],
        "ogcapi-features-3": ["queryables", "filter", "features-filter"],
        "cql2": [
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
            "basic-spatial-functions", "basic-spatial-functions-plus",
            "spatial-functions", "temporal-functions", "functions",
        ],
    }  # fmt: skip
    assert declared == [
        f"{spec}/{part}/1.0/conf/{name}"
        for part, names in classes.items()
        for name in names
    ]


@pytest.mark.parametrize("name", LISTS)
def test_items_are_the_lists_own(world, as_ann, name):
    listed = as_ann.get(LISTS[name], {"format": "geojson", "limit": 100}).json()

    response = as_ann.get(items(name))

    body = response.json()
    assert response["Content-Type"] == "application/geo+json"
    assert body["features"] == listed["features"]
    assert body["numberMatched"] == body["numberReturned"] == listed["count"] > 2
    assert datetime.fromisoformat(body["timeStamp"]) <= datetime.now(UTC)
    one = as_ann.get(f"{items(name)}/{body['features'][0]['id']}").json()
    links = one.pop("links")
    assert one == body["features"][0]
    assert {link["rel"] for link in links} == {"self", "alternate", "collection"}


@pytest.mark.parametrize("name", LISTS)
def test_next_leads_through_all_items_and_prev_back(world, as_ann, name):
    everything = ids(as_ann.get(items(name)))
    url: str | None = f"{items(name)}?limit=2"
    pages, befores = [], []
    while url:
        response = as_ann.get(url)
        links = {link["rel"]: link["href"] for link in response.json()["links"]}
        pages.append(ids(response))
        befores.append(links.get("prev"))
        assert ('rel="next"' in response.headers.get("Link", "")) == ("next" in links)
        assert response.json()["numberMatched"] == len(everything)
        url = links.get("next")

    assert [pk for page in pages for pk in page] == everything
    assert befores[0] is None
    assert ids(as_ann.get(befores[1])) == pages[0]


def test_cursor_belongs_to_its_list(world, as_ann):
    nearest = {"distance": 20_000}  # another order, so another list
    lists = {**{items(name): {} for name in LISTS}, "/api/discover/": {}}
    lists |= {LISTS["members"]: nearest}
    cursors = {}
    for path, more in lists.items():
        body = as_ann.get(path, {"page_size": 1, **more}).json()
        links = {link["rel"]: link["href"] for link in body.get("links", [])}
        url = links.get("next") or body["next"]
        cursors[path] = parse_qs(urlsplit(url).query)["cursor"][0]

    for path, more in lists.items():
        for of, cursor in cursors.items():
            status = as_ann.get(path, {"cursor": cursor, **more}).status_code
            assert status == (200 if of == path else 400), (path, of)


def test_limit_is_ten_by_default_and_ten_thousand_at_most(ann, as_ann):
    MemberFactory.create_batch(120)

    assert len(ids(as_ann.get(items("members")))) == 10
    for limit in ("120", "10000", "10001", "9" * 30):
        assert len(ids(as_ann.get(items("members"), {"limit": limit}))) == 120


def test_page_beyond_the_last_item_still_counts_all(world, as_ann):
    first = as_ann.get(items("events"), {"limit": 2}).json()
    (url,) = (each["href"] for each in first["links"] if each["rel"] == "next")
    oldest = as_ann.get(url).json()["features"]
    Event.objects.filter(pk__in=[each["id"] for each in oldest]).delete()

    beyond = as_ann.get(url).json()

    assert (beyond["numberReturned"], beyond["numberMatched"]) == (0, 2)


@pytest.mark.parametrize("name", LISTS)
def test_item_has_one_address(world, as_ann, name):
    pk = str(ids(as_ann.get(items(name)))[0])
    arabic = pk.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert as_ann.get(f"{items(name)}/{pk}").status_code == 200
    for other in (f"0{pk}", arabic, f"+{pk}", f"{pk}.0", f" {pk}"):
        assert as_ann.get(f"{items(name)}/{other}").status_code == 404


@pytest.fixture
def counts_two(monkeypatch) -> Iterator[None]:
    """Lists that count no further than 2."""
    monkeypatch.setattr(keyset, "COUNT_CAP", 2)
    keyset.keyset_statement.cache_clear()
    yield
    keyset.keyset_statement.cache_clear()


def test_number_matched_is_left_out_where_it_is_not_counted(counts_two, ann, as_ann):
    MemberFactory.create_batch(3)

    some = as_ann.get(items("members"), {"limit": 1}).json()
    everyone = as_ann.get(items("members")).json()

    assert "numberMatched" not in some
    assert everyone["numberMatched"] == everyone["numberReturned"] == 3


@pytest.mark.parametrize(
    ("box", "found"),
    [
        ("179,-18,180,-16", 1),
        ("179,-18,-179,-16", 2),
        ("179,-18,0,-179,-16,100", 2),
        ("179,-18,181,-16", 2),
        ("29,59,31,61", 1),
        ("-180,-90,180,90", 3),
    ],
)
def test_box_may_cross_the_antimeridian_and_have_heights(world, as_ann, box, found):
    assert len(ids(as_ann.get(items("events"), {"bbox": box}))) == found


@pytest.mark.parametrize(
    ("interval", "found"),
    [
        ("2026-05-01", 1),
        ("2026-05-01T12:00:00Z", 1),
        ("2026-05-01T11:59:59Z", 0),
        ("2026-05-01T14:00:00+02:00/2026-05-01T12:00:00Z", 1),
        ("2026-05-02T18:00:00Z", 1),  # all day
        ("2026-05-03", 0),
        ("2026-05-01/2026-05-02", 2),
        ("../2026-05-01", 1),
        ("/2026-05-02", 2),
        ("2026-05-02/..", 1),
        ("0001-01-01/9999-12-31", 2),
    ],
)
def test_datetime_finds_events_of_that_time(world, as_ann, interval, found):
    (undated,) = Event.objects.public().filter(date=None)

    response = as_ann.get(items("events"), {"datetime": interval})

    # What has no time is part of every answer (Part 1, fc-time-response C).
    assert undated.pk in ids(response)
    assert len(ids(response)) == found + 1


def test_what_has_no_time_is_there_at_all_times(world, as_ann):
    for name in ("members", "organizations"):
        at_a_time = as_ann.get(items(name), {"datetime": "1999-01-01"})
        assert ids(at_a_time) == ids(as_ann.get(items(name)))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "0"), ("limit", "-1"), ("limit", "1.5"), ("limit", "ten"),
        ("limit", "1e3"), ("limit", "9" * 5000), ("bbox", "1,2,3"),
        ("bbox", "1,2,3,4,5"), ("bbox", "0,10,10,0"), ("bbox", "NaN,0,1,1"),
        ("bbox", "0,0,inf,1,1,1"), ("bbox", "0,0,9,1,91,10"), ("bbox", "a,b,c,d"),
        ("datetime", "yesterday"), ("datetime", "2026-13-01"), ("datetime", "../.."),
        ("datetime", ".."), ("datetime", "/"), ("datetime", "2026-01-02/2026-01-01"),
        ("datetime", "2026/01/02"), ("datetime", "99999-01-01/.."),
        ("cursor", "x"), ("cursor", "WyJuZXdlc3QiLDEsIjEiXQ:x"), ("crs", "EPSG:3857"),
        ("distance", "5"), ("offset", "1"), ("page_size", "x"), ("\0", "1"),
    ],
)  # fmt: skip
def test_nonsense_is_a_clear_400(as_ann, name, parameter, value):
    response = as_ann.get(items(name), {parameter: value})

    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"
    assert len(response.json()) == 1


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/collections/nothing", "/collections/nothing/items",
     "/collections/events/items/0", "/collections/events/items/x",
     "/collections/events/items/²", f"/collections/members/items/{'9' * 30}",
     f"/collections/members/items/{'9' * 31}", "/collections/members/items/-1",
     "/collections/%00/items", "/collections/members/items/%00"],
)  # fmt: skip
def test_what_does_not_exist_is_a_404(as_ann, path):
    assert as_ann.get(f"{BASE}{path}").status_code == 404


def test_blocked_members_are_nowhere(ann, as_ann):
    seen = MemberFactory(lon=10, lat=10)
    hidden = MemberFactory(lon=100, lat=50)
    before = as_ann.get(f"{BASE}/collections/members").json()["extent"]
    Block.objects.create(from_member=hidden, to_member=ann)

    page = as_ann.get(items("members"))

    assert before["spatial"]["bbox"][0][2] > 99
    assert ids(page) == [seen.pk]
    assert page.json()["numberMatched"] == 1
    assert ids(as_ann.get(items("members"), {"bbox": "99,49,101,51"})) == []
    assert as_ann.get(f"{items('members')}/{hidden.pk}").status_code == 404
    extent = as_ann.get(f"{BASE}/collections/members").json()["extent"]
    (box,) = extent["spatial"]["bbox"]
    point = page.json()["features"][0]["geometry"]["coordinates"]
    assert box == pytest.approx([*point, *point], abs=2e-7)


def test_extents_are_of_what_is_public(world, as_ann):
    told = as_ann.get(f"{BASE}/collections").json()["collections"]
    extents = {each["id"]: each["extent"] for each in told}

    assert extents["events"]["spatial"]["bbox"] == [[-179.5, -17, 179.5, 60]]
    dates = ["2026-05-01T12:00:00Z", "2026-05-02T00:00:00Z"]
    assert extents["events"]["temporal"]["interval"] == [dates]
    assert extents["organizations"]["spatial"]["bbox"] == [[10, 20, 10, 20]]
    assert extents["members"].keys() == {"spatial"}


def test_extents_of_nothing_are_left_out(as_ann):
    for each in as_ann.get(f"{BASE}/collections").json()["collections"]:
        assert each["extent"] == {}


@pytest.mark.parametrize(
    "path",
    ["/collections", "/collections/members", "/collections/events",
     "/collections/events/items", "/collections/organizations/items/1"],
)  # fmt: skip
def test_strangers_are_asked_to_sign_in(db, api, path):
    response = api.get(f"{BASE}{path}")

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Basic realm="api", Token ')


def test_public_events_open_events_and_organizations_but_no_members(
    world, api, settings
):
    settings.PUBLIC_EVENTS = True

    told = api.get(f"{BASE}/collections").json()["collections"]
    events = api.get(items("events")).json()["features"]
    organizations = api.get(items("organizations")).json()["features"]

    assert [each["id"] for each in told] == ["events", "organizations"]
    assert (len(events), len(organizations)) == (3, 4)
    for name, features in (("events", events), ("organizations", organizations)):
        one = api.get(f"{items(name)}/{features[0]['id']}").json()
        assert one["properties"] == features[0]["properties"]
        hidden = {"users", "organizations", "attending"}
        assert hidden.isdisjoint(one["properties"])
    assert api.get(items("members")).status_code == 401
    assert api.get(f"{BASE}/collections/members").status_code == 401


def test_public_events_keep_scheduled_ones_to_their_creators(
    ann, as_ann, api, settings
):
    settings.PUBLIC_EVENTS = True
    event = EventFactory(creator=ann, scheduled=True)

    assert api.get(f"{items('events')}/{event.pk}").status_code == 404
    assert as_ann.get(f"{items('events')}/{event.pk}").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_queries_are_as_many_for_1_row_as_for_20(ann, as_ann, name):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get(items(name), {"limit": 20}).status_code == 200
        return len(captured)

    make = {
        "members": MemberFactory,
        "events": EventFactory,
        "organizations": OrganizationFactory,
    }[name]
    make()
    queries()  # compiles

    few = queries()
    make.create_batch(19)

    assert queries() == few <= 2

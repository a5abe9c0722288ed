"""CQL2 filters of OGC API: what they find, and what they refuse."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.events.factories import AttendanceFactory, EventFactory, OrganizationFactory
from tests.factories import MemberFactory

EVENTS = "/api/ogc/collections/events/items"

pytestmark = pytest.mark.usefixtures("plain_static_files")


@pytest.fixture
def events(ann) -> None:
    """Four events: a to d."""
    creator = MemberFactory(lon=30.32, lat=59.94)
    made = [
        EventFactory(
            creator=creator, title="a", lon=179.5, lat=-17, capacity=5,
            description="It's 100%_real",
            date=datetime(2026, 5, 1, 12, tzinfo=UTC),
        ),
        EventFactory(
            creator=creator, title="b", lon=-179.5, lat=-17, capacity=50,
            date=datetime(2026, 5, 2, tzinfo=UTC), is_all_day=True,
        ),
        EventFactory(creator=creator, title="c", lon=30, lat=60),
        EventFactory(creator=creator, title="d", capacity=7, description="d\\"),
    ]  # fmt: skip
    EventFactory(creator=creator, title="e", lon=30, lat=60, scheduled=True)
    AttendanceFactory(event=made[2], member=ann)


def asked(client: Any, condition: Any, **params: Any) -> Any:
    if not isinstance(condition, str):
        params |= {"filter-lang": "cql2-json"}
        condition = json.dumps(condition)
    return client.get(EVENTS, {"filter": condition, **params})


def titles(response: Any) -> str:
    assert response.status_code == 200, response.content
    body = response.json()
    found = [each["properties"]["title"] for each in body["features"]]
    assert body["numberMatched"] == len(found)
    return "".join(sorted(found))


FOUND = [
    ("title = 'a'", "a"),
    ("title <> 'a'", "bcd"),
    ("\"title\" = 'a'", "a"),
    ("title = 'a' OR title = 'b' AND capacity = 5", "a"),
    ("title = 'a' OR title = 'b' AND capacity = 50", "ab"),
    ("(title = 'a' OR title = 'b') AND capacity = 50", "b"),
    ("NOT (title = 'a' AND capacity = 5)", "bcd"),
    ("not title = 'a'", "bcd"),
    ("title >= 'b' AND title < 'd'", "bc"),
    ("capacity > 5", "bd"),
    ("NOT capacity > 5", "a"),  # NULL is neither
    ("capacity >= 5.0", "abd"),
    ("capacity > -1e3", "abd"),
    ("capacity > 5.5", "bd"),
    ("capacity BETWEEN 5 AND 7", "ad"),
    ("capacity NOT BETWEEN 5 AND 7", "b"),
    ("capacity IN (5, 50)", "ab"),
    ("capacity NOT IN (5, 50)", "d"),
    ("capacity IS NULL", "c"),
    ("capacity IS NOT NULL", "abd"),
    ("attendees = 1", "c"),
    ("attending = TRUE", "c"),
    ("attending = false", "abd"),
    ("all_day = true", "b"),
    ("TRUE", "abcd"),
    ("false OR title = 'a'", "a"),
    ("description LIKE '%real'", "a"),
    ("description LIKE 'It''s 100\\%\\_r_al'", "a"),
    ("description LIKE 'It\\'s%'", "a"),
    ("description NOT LIKE '%real'", "bcd"),
    ("description = 'd\\\\'", "d"),
    ("date IS NULL", "cd"),
    ("date = TIMESTAMP('2026-05-01T12:00:00Z')", "a"),
    ("date = DATE('2026-05-01')", "a"),
    ("date <> DATE('2026-05-01')", "b"),
    ("date < DATE('2026-05-02')", "a"),
    ("date <= DATE('2026-05-02')", "ab"),
    ("date > DATE('2026-05-01')", "b"),
    ("date >= DATE('2026-05-01')", "ab"),
    ("T_AFTER(date, DATE('2026-05-01'))", "b"),
    ("T_BEFORE(date, TIMESTAMP('2026-05-01T12:00:01Z'))", "a"),
    ("T_INTERSECTS(date, INTERVAL('2026-05-01', '2026-05-02'))", "ab"),
    ("T_INTERSECTS(date, INTERVAL('2026-05-02', '..'))", "b"),
    ("T_INTERSECTS(date, INTERVAL('..', '2026-05-01T12:00:00Z'))", "a"),
    ("T_DISJOINT(date, INTERVAL('2026-05-02', '..'))", "a"),
    ("T_EQUALS(date, DATE('2026-05-01'))", "a"),
    ("T_DURING(INTERVAL(date, date), INTERVAL('2026-05-01', '..'))", "ab"),
    ("T_METBY(INTERVAL(date, '..'), INTERVAL('..', '2026-05-01T12:00:00Z'))", "a"),
    ("S_INTERSECTS(geometry, POINT(30 60))", "c"),
    ("s_intersects(geometry, BBOX(29, 59, 31, 61))", "c"),
    ("S_INTERSECTS(geometry, BBOX(29, 59, 0, 31, 61, 9))", "c"),
    ("S_INTERSECTS(geometry, BBOX(179, -18, -179, -16))", "ab"),
    ("S_INTERSECTS(geometry, BBOX(179, -18, 181, -16))", "ab"),
    ("S_INTERSECTS(geometry, BBOX(30, 60, 30, 60))", "c"),
    ("S_INTERSECTS(geometry, BBOX(30, 0, 30, 70))", "c"),
    ("S_DISJOINT(geometry, BBOX(179, -18, -179, -16))", "c"),
    ("S_WITHIN(geometry, POLYGON((29 59, 31 59, 31 61, 29 61, 29 59)))", "c"),
    ("S_CONTAINS(POLYGON((29 59,31 59,31 61,29 61,29 59)), geometry)", "c"),
    ("S_EQUALS(geometry, POINT Z (30 60 5))", "c"),
    ("S_TOUCHES(geometry, POLYGON((30 59,31 59,31 61,30 61,30 59)))", "c"),
    ("S_OVERLAPS(geometry, MULTIPOINT((30 60), (1 1)))", ""),
    ("S_CROSSES(geometry, LINESTRING(0 60, 50 60))", ""),
    ("S_INTERSECTS(geometry, MULTIPOINT(30 60, 179.5 -17))", "ac"),
    ("S_INTERSECTS(geometry, LINESTRING(0 60, 50 60))", "c"),
    ("S_INTERSECTS(geometry, MULTILINESTRING((0 60, 50 60)))", "c"),
    ("S_INTERSECTS(geometry, MULTIPOLYGON(((29 59,31 59,31 61,29 59))))", "c"),
    ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(30 60),POINT(1 1)))", "c"),
    ("S_DISJOINT(geometry, GEOMETRYCOLLECTION(POINT(30 60),POINT(1 1)))", "ab"),
    ("geometry IS NULL", "d"),
    ("S_DWITHIN(geometry, POINT(30 60.01), 1200)", "c"),
    ("S_DWITHIN(geometry, POINT(30 60.01), 1100)", ""),
    ("S_DWITHIN(geometry, POINT(180 -17), 60000)", "ab"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "found"), FOUND)
def test_filter_finds(events, as_ann, condition, found):
    assert titles(asked(as_ann, condition)) == found


def op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": [*args]}


TITLE, CAPACITY = {"property": "title"}, {"property": "capacity"}
PLACE, DATE = {"property": "geometry"}, {"property": "date"}
HERE = {"type": "Point", "coordinates": [30, 60]}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (op("=", TITLE, "a"), "a"),
        (op("or", op("=", TITLE, "a"), op("=", TITLE, "b")), "ab"),
        (op("not", op("in", CAPACITY, [5, 50])), "d"),
        (op("between", CAPACITY, 5, 7.5), "ad"),
        (op("like", TITLE, "_"), "abcd"),
        (op("isNull", CAPACITY), "c"),
        (op("s_intersects", PLACE, HERE), "c"),
        (op("s_intersects", PLACE, {**HERE, "bbox": [30, 60, 30, 60]}), "c"),
        (op("s_within", PLACE, {"bbox": [29, 59, 31, 61]}), "c"),
        (op("s_dwithin", PLACE, HERE, 5), "c"),
        (op("t_after", DATE, {"date": "2026-05-01"}), "b"),
        (op("t_intersects", DATE, {"interval": ["2026-05-01", ".."]}), "ab"),
        (op(">=", DATE, {"timestamp": "2026-05-02T00:00:00.000Z"}), "b"),
        (True, "abcd"),
    ],
)
def test_json_finds(events, as_ann, condition, found):
    assert titles(asked(as_ann, condition)) == found


def test_filter_is_joined_with_other_parameters(events, as_ann):
    both = asked(as_ann, "capacity > 1", bbox="179,-18,180,-16", datetime="2026-05-01")

    assert titles(both) == "a"
    crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert titles(asked(as_ann, "title = 'a'", **{"filter-crs": crs})) == "a"


def test_pages_keep_the_filter(events, as_ann):
    url = f"{EVENTS}?{urlencode({'filter': 'capacity > 1', 'limit': 1})}"
    seen = []
    while url:
        body = as_ann.get(url).json()
        assert body["numberMatched"] == 3
        seen += [each["properties"]["title"] for each in body["features"]]
        links = {link["rel"]: link["href"] for link in body["links"]}
        url = links.get("next")

    assert seen == ["d", "b", "a"]


def test_page_shows_the_filter_to_change_it(events, as_ann):
    condition = "title = '\"><script>'"

    page = asked(as_ann, condition, format="html", limit=5)

    text = page.content.decode()
    assert 'name="filter" value="title = &#x27;&quot;&gt;&lt;script&gt;&#x27;"' in text
    assert '<input type="hidden" name="limit" value="5">' in text
    assert "form-action 'self'" in page["Content-Security-Policy"]


def test_organizations_and_members_are_asked_too(as_ann):
    OrganizationFactory(title="Club", postcode="190000", lon=10, lat=20)
    OrganizationFactory(title="Team")
    MemberFactory(first_name="", lon=10, lat=20)
    bob = MemberFactory(first_name="Bob", gender="male")

    def found(name: str, condition: str) -> list[int]:
        url = f"/api/ogc/collections/{name}/items"
        response = as_ann.get(url, {"filter": condition})
        assert response.status_code == 200, response.content
        return [each["id"] for each in response.json()["features"]]

    assert len(found("organizations", "postcode = '190000'")) == 1
    assert len(found("organizations", "S_INTERSECTS(geometry,BBOX(9,19,11,21))")) == 1
    assert found("members", "first_name = 'Bob' AND gender IN ('male')") == [bob.pk]
    assert len(found("members", "first_name LIKE '#%'")) == 1
    assert len(found("members", "S_INTERSECTS(geometry,BBOX(9,19,11,21))")) == 1

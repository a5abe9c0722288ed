"""Which GiST index answers each distance and box query; and that each index has one."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.ogc import EventItemFilter, OrganizationItemFilter
from events.reads.filters import (
    CalendarFilter,
    EventFilter,
    EventStreamFilter,
    FeedFilter,
    OrganizationFilter,
    OrganizationStreamFilter,
)
from events.tiles import EventTileFilter, OrganizationTileFilter
from matchmaker.models import Member
from matchmaker.ogc import MemberItemFilter
from matchmaker.reads.discover import DiscoverFilter
from matchmaker.reads.filters import MemberFilter
from matchmaker.tiles import MemberTileFilter
from project.lib.reads.filters import BoxFilter, KilometresFilter
from project.lib.reads.parameters import CompiledFilterSet
from tests.bulk import TOWN, add_events, add_members, add_organizations
from tests.plans import plan_nodes, remove_everybody, statement_of

ROWS = 30_000

BOX = "-166.65,-54,-166.55,-53.8"
CROSSING = "170,-54,-166.55,-53.8"
FEED = "/api/events/calendar/"
OGC = "/api/ogc/collections"


def tile(layer: str) -> str:
    """The tile of the whole world."""
    return f"/api/tiles/{layer}/0/0/0.pbf"


class Query(NamedTuple):
    """A list, its parameters, and the GiST index that PostgreSQL finds the rows by."""

    filters: type[CompiledFilterSet]
    path: str
    parameters: dict[str, Any]
    index: str


QUERIES = {
    "members within 10 km": Query(
        MemberFilter, "/api/clients/", {"distance": 10}, "cell_point"
    ),
    "members within 1,000 km": Query(
        MemberFilter, "/api/clients/", {"distance": 1000}, "cell_point"
    ),
    "members in a box": Query(
        MemberFilter, "/api/clients/", {"in_bbox": BOX}, "member_public_box"
    ),
    "members in a box across the antimeridian": Query(
        MemberFilter, "/api/clients/", {"in_bbox": CROSSING}, "member_public_box"
    ),
    "members to discover within 10 km": Query(
        DiscoverFilter, "/api/discover/", {"max_km": 10}, "cell_point"
    ),
    "members to discover, anywhere": Query(
        DiscoverFilter, "/api/discover/", {}, "cell_point"
    ),
    "events within 10 km": Query(
        EventFilter, "/api/events/", {"distance": 10, "point": TOWN}, "event_location"
    ),
    "a stream of events within 10 km": Query(
        EventStreamFilter,
        "/api/events/",
        {"distance": 10, "point": TOWN, "format": "csv"},
        "event_location",
    ),
    "a stream of events in a box": Query(
        EventStreamFilter,
        "/api/events/",
        {"in_bbox": BOX, "format": "csv"},
        "event_box",
    ),
    "a stream of organizations in a box": Query(
        OrganizationStreamFilter,
        "/api/organizations/",
        {"in_bbox": BOX, "format": "csv"},
        "organization_box",
    ),
    "events, nearest first": Query(
        EventFilter,
        "/api/events/",
        {"ordering": "distance", "point": TOWN},
        "event_location",
    ),
    "events in a box": Query(
        EventFilter, "/api/events/", {"in_bbox": BOX}, "event_box"
    ),
    "events in a box across the antimeridian": Query(
        EventFilter, "/api/events/", {"in_bbox": CROSSING}, "event_box"
    ),
    "a calendar of events within 10 km": Query(
        CalendarFilter,
        "/api/events/calendar.ics",
        {"distance": 10, "point": TOWN},
        "event_location",
    ),
    "a calendar of events in a box": Query(
        CalendarFilter, "/api/events/calendar.ics", {"in_bbox": BOX}, "event_box"
    ),
    "a feed of events within 10 km": Query(
        FeedFilter, FEED, {"distance": 10, "point": TOWN}, "event_location"
    ),
    "a feed of events in a box": Query(FeedFilter, FEED, {"in_bbox": BOX}, "event_box"),
    "organizations in a box": Query(
        OrganizationFilter,
        "/api/organizations/",
        {"in_bbox": BOX},
        "organization_box",
    ),
    "organizations in a box across the antimeridian": Query(
        OrganizationFilter,
        "/api/organizations/",
        {"in_bbox": CROSSING},
        "organization_box",
    ),
    "members as items of a box": Query(
        MemberItemFilter, f"{OGC}/members/items", {"in_bbox": BOX}, "member_public_box"
    ),
    "events as items of a box": Query(
        EventItemFilter, f"{OGC}/events/items", {"in_bbox": BOX}, "event_box"
    ),
    "organizations as items of a box": Query(
        OrganizationItemFilter,
        f"{OGC}/organizations/items",
        {"in_bbox": BOX},
        "organization_box",
    ),
    "a tile of members in a box": Query(
        MemberTileFilter, tile("members"), {"in_bbox": BOX}, "member_public_box"
    ),
    "a tile of members within 10 km": Query(
        MemberTileFilter, tile("members"), {"distance": 10}, "cell_point"
    ),
    "a tile of events in a box": Query(
        EventTileFilter, tile("events"), {"in_bbox": BOX}, "event_box"
    ),
    "a tile of events within 10 km": Query(
        EventTileFilter,
        tile("events"),
        {"distance": 10, "point": TOWN},
        "event_location",
    ),
    "a tile of organizations in a box": Query(
        OrganizationTileFilter,
        tile("organizations"),
        {"in_bbox": BOX},
        "organization_box",
    ),
}


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_members(ROWS)
        add_organizations(ROWS)
        add_events(ROWS)
        cursor.execute("ANALYZE")
        yield
        cursor.execute("TRUNCATE events_event, events_organization CASCADE")
        remove_everybody()


@pytest.mark.parametrize("name", QUERIES)
def test_query_is_answered_by_its_gist_index(many, ann, as_ann, name):
    query = QUERIES[name]
    Member.objects.filter(pk=ann.pk).update(
        location=f"SRID=4326;POINT({TOWN.replace(',', ' ')})"
    )

    path, parameters = query.path, query.parameters
    if path == FEED:  # made with the filters, and asked without any
        path = as_ann.post(FEED, parameters).json()["url"]
        parameters = {}
    with CaptureQueriesContext(connection) as captured:
        response = as_ann.get(path, parameters)

    assert response.status_code == 200, response.content
    texts = {sent["sql"]: statement_of(sent["sql"]) for sent in [*captured]}
    spatial = [t for t in texts if "ST_DWithin" in texts[t] or " && " in texts[t]]
    assert spatial
    for text in spatial:  # a calendar reads its version, and then its events
        read = [n for n in plan_nodes(text) if n.get("Index Name") == query.index]
        # By ST_DWithin and && as conditions, by <-> as an order; and rows came of it.
        assert any(node.get("Index Cond") or node.get("Order By") for node in read)
        assert any(node["Actual Rows"] for node in read)


def test_every_gist_index_answers_a_query(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes"
            " WHERE schemaname = current_schema() AND indexdef ILIKE '%USING gist%'"
        )
        indexes = {name for (name,) in cursor.fetchall()}

    assert indexes == {query.index for query in QUERIES.values()}


def test_every_lists_distances_and_boxes_have_a_query():
    declared = {
        (filters, kind)
        for filters in _with_heirs(CompiledFilterSet)
        for kind in (KilometresFilter, BoxFilter)
        if any(isinstance(f, kind) for f in filters.base_filters.values())
    }
    queried = {
        (query.filters, type(query.filters.base_filters[name]))
        for query in QUERIES.values()
        for name in query.parameters
        if name in query.filters.base_filters
    }

    assert (EventFilter, KilometresFilter) in declared
    assert declared <= queried


def _with_heirs(filters: type) -> Iterator[type]:
    yield filters
    for heir in filters.__subclasses__():
        yield from _with_heirs(heir)

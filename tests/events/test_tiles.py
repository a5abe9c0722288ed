"""Tiles of events and organizations: all that the lists have, and what they show."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from events import services
from events.models import Event, EventSquareChange, Organization
from tests.events.factories import EventFactory, OrganizationFactory
from tests.tiles import NORTH_END, read, tile_at, total

LISTS = {"events": "/api/events/", "organizations": "/api/organizations/"}
FACTORIES = {"events": EventFactory, "organizations": OrganizationFactory}
HERE, THERE = (30.3158, 59.9391), (-71.06, 42.36)
ALL = f"-180,{-NORTH_END},180,{NORTH_END}"
# The last two are one meridian; beyond 85.05 degrees no tile is.
PLACES = [HERE, HERE, (30.316, 59.9391), THERE, (0, 0), (180, -17), (-180, -17)]
BEYOND = [(10, 85.06), (0, -90)]


@pytest.fixture
def world(ann) -> None:
    for lon, lat in [*PLACES, *BEYOND]:
        date = datetime(2026, 12, 1 + int(abs(lat)) % 20, tzinfo=UTC)
        EventFactory(creator=ann, lon=lon, lat=lat, title="Fest", date=date)
        OrganizationFactory(lon=lon, lat=lat, title="Club")
    EventFactory(creator=ann)
    OrganizationFactory()
    EventFactory(creator=ann, lon=30, lat=60, scheduled=True)
    EventFactory(creator=ann, lon=30, lat=60, cancelled_at=timezone.now())


def listed(client, layer: str, **query: Any) -> int:
    return client.get(LISTS[layer], {"in_bbox": ALL, **query}).json()["count"]


@pytest.mark.parametrize("is_added_up", [False, True])
@pytest.mark.parametrize("z", [0, 1, 7, 12, 13, 14, 16, 22])
@pytest.mark.parametrize("layer", LISTS)
def test_counts_are_those_of_the_list(world, as_ann, layer, z, is_added_up):
    if is_added_up:
        services.add_up_square_changes()

    assert total(as_ann, layer, z) == listed(as_ann, layer) == len(PLACES)


@pytest.mark.parametrize("z", [0, 9, 14, 19])
@pytest.mark.parametrize(
    ("layer", "query"),
    [
        ("events", {"search": "fest"}),
        ("events", {"date__gte": "2026-12-10"}),
        ("events", {"attending": "true"}),
        ("events", {"distance": 10}),
        ("events", {"distance": 500, "point": "179,-17"}),
        ("events", {"bbox": "179,-18,-179,-16"}),
        ("organizations", {"search": "lub"}),
        ("organizations", {"bbox": "30,59,31,60"}),
    ],
    ids=str,
)
def test_filters_are_the_lists(world, ann, as_ann, layer, query, z):
    first = Event.objects.filter(square__isnull=False).earliest("pk")
    as_ann.post(f"/api/events/{first.pk}/attend/")
    inside = {} if "bbox" in query else {"in_bbox": ALL}

    count = as_ann.get(LISTS[layer], {**inside, **query}).json()["count"]

    assert 0 < count < len(PLACES) or "search" in query
    assert total(as_ann, layer, z, **query) == count


@pytest.mark.parametrize("is_added_up", [False, True])
@pytest.mark.parametrize("z", [3, 13, 16, 22])
def test_single_events_have_their_titles(ann, as_ann, z, is_added_up):
    date = datetime(2026, 12, 23, 18, 45, tzinfo=UTC)
    event = EventFactory(creator=ann, lon=30.5, lat=60, title="Fest", date=date)
    EventFactory(creator=ann, lon=30.5, lat=60, scheduled=True)
    if is_added_up:
        services.add_up_square_changes()

    (feature,) = read(as_ann, "events", *tile_at(30.5, 60, z))

    assert feature.id == event.pk
    assert feature.shown == {
        "count": 1, "id": event.pk, "title": "Fest",
        "date": "2026-12-23T18:45:00Z", "all_day": False,
    }  # fmt: skip
    pixel = 360 / 2**z / 4096 + 2e-7
    assert (feature.lon, feature.lat) == pytest.approx((30.5, 60), abs=pixel)


@pytest.mark.parametrize("query", [{}, {"search": "fest"}], ids=str)
def test_clusters_have_no_title(ann, as_ann, query):
    EventFactory.create_batch(3, creator=ann, lon=30.5, lat=60, title="Fest")

    for z in (0, 13, 14, 22):
        (feature,) = read(as_ann, "events", *tile_at(30.5, 60, z), **query)
        assert feature.shown == {"count": 3}
        assert feature.id is None


def test_single_among_others_is_found_by_its_filter(ann, as_ann):
    """In a square where the filter leaves one of three."""
    EventFactory.create_batch(2, creator=ann, lon=30.5, lat=60, title="Fair")
    event = EventFactory(creator=ann, lon=30.5, lat=60, title="Fest")

    for z in (0, 13, 14):
        tile = tile_at(30.5, 60, z)
        (feature,) = read(as_ann, "events", *tile, search="fest")
        assert feature.shown["id"] == event.pk


@pytest.mark.parametrize("layer", LISTS)
def test_tiles_follow_every_change(ann, as_ann, layer):
    def count() -> int:
        services.add_up_square_changes()
        (number,) = {total(as_ann, layer, z) for z in (0, 13, 14)}
        return number

    extra = {"creator": ann} if layer == "events" else {}
    made = FACTORIES[layer](lon=30, lat=60, **extra)
    model = type(made)
    seen = [count()]
    for location in (Point(31, 61, srid=4326), None, Point(0, 0, srid=4326)):
        model.objects.update(location=location)
        seen.append(count())
    if layer == "events":
        for fields in ({"cancelled_at": timezone.now()}, {"cancelled_at": None}):
            Event.objects.update(**fields)
            seen.append(count())
    made.delete()

    assert [*seen, count()] == [1, 1, 0, 1, *([0, 1] if extra else []), 0]


def test_changes_without_effect_write_nothing(ann):
    event = EventFactory(creator=ann, lon=30, lat=60)
    OrganizationFactory(lon=30, lat=60)
    services.add_up_square_changes()

    event.title = "Other"
    event.save()
    for organization in Organization.objects.all():
        organization.save()

    assert not EventSquareChange.objects.exists()


def test_empty_table_has_no_squares(transactional_db):
    EventFactory(lon=30, lat=60)
    OrganizationFactory(lon=30, lat=60)
    services.add_up_square_changes()
    EventFactory(lon=30, lat=60)

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event, events_organization CASCADE")
        for layer in LISTS:
            name = f"events_{layer.removesuffix('s')}square"
            for table in (name, f"{name}change"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)

"""The kept number of public events is exact, and no writer waits for another."""

import random
from collections.abc import Callable
from importlib import import_module

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from events.models import Event, EventCount
from tests.events.factories import EventFactory
from tests.threads import at_once

HERE = Point(30, 60, srid=4326)
ROUNDS, THREADS, EVENTS = 5, 8, 10


def kept() -> tuple[int, int]:
    sums = EventCount.objects.aggregate(public=Sum("public"), located=Sum("located"))
    return sums["public"] or 0, sums["located"] or 0


def counted() -> tuple[int, int]:
    public = Event.objects.public().aggregate(all=Count("pk"), here=Count("location"))
    return public["all"], public["here"]


def set_all(**values: object) -> Callable[[], object]:
    return lambda: Event.objects.update(**values)


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (set_all(cancelled_at=timezone.now()), (0, 0)),
        (set_all(published_at=None), (0, 0)),
        (set_all(published_at=timezone.now()), (4, 2)),
        (set_all(location=None), (3, 0)),
        (set_all(location=HERE), (3, 3)),
        (set_all(title="New", capacity=3), (3, 2)),
        (lambda: Event.objects.all().delete(), (0, 0)),
        (lambda: Event.objects.earliest("pk").delete(), (2, 1)),
        (lambda: [EventFactory(), EventFactory(location=HERE)], (5, 3)),
        (lambda: EventFactory(scheduled=True), (3, 2)),
    ],
    ids=range(10),
)
def test_every_write_is_counted(db, write, expected):
    for location in (HERE, HERE, None):
        EventFactory(location=location)
    EventFactory(scheduled=True)
    assert kept() == (3, 2)

    write()

    assert kept() == counted() == expected


def test_truncated_events_are_forgotten(db):
    EventFactory()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the truncation wants it
        cursor.execute("TRUNCATE events_event CASCADE")

    assert kept() == (0, 0)


def test_list_says_the_kept_number(as_ann):
    EventFactory(location=HERE)
    EventFactory()

    def count(**query: str) -> int:
        return as_ann.get("/api/events/", {"limit": 1, **query}).json()["count"]

    assert count() == count(ordering="-date") == 2
    assert count(ordering="distance", point="1,1") == 1


def test_migration_counts_what_is_there(db):
    EventFactory(location=HERE)
    EventFactory()
    EventCount.objects.all().delete()
    EventCount.objects.create(public=7, located=7)
    migration = import_module("events.migrations.0015_existing_events_counted")

    with connection.cursor() as cursor:
        cursor.execute(migration.COUNTED)

    assert kept() == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_each_other():
    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 1")
        EventFactory()

    EventFactory()
    with transaction.atomic():
        EventFactory()
        at_once(write)

    assert kept() == counted() == (3, 0)
    assert EventCount.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_number_is_exact_under_concurrency():
    events = EventFactory.create_batch(EVENTS)

    def writer(seed: int) -> Callable[[], None]:
        rng = random.Random(seed)

        def write() -> None:
            for _ in range(ROUNDS):
                # In order of ids, as whoever locks several rows.
                chosen = sorted(rng.sample([event.pk for event in events], 3))
                with transaction.atomic():
                    for pk in chosen:
                        Event.objects.filter(pk=pk).update(
                            published_at=rng.choice([None, timezone.now()]),
                            location=rng.choice([None, HERE]),
                        )
                    EventFactory()
                    if rng.random() < 0.3:
                        transaction.set_rollback(True)

        return write

    at_once(*[writer(seed) for seed in range(THREADS)])

    assert kept() == counted()
    assert 1 <= EventCount.objects.count() <= 2 * THREADS

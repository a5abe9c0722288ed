"""What is a day only: it says so, and stays one when it is read and written back."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.db import IntegrityError, connection

from events.models import Event
from tests.events.factories import EventFactory

URL = "/api/events/"
CREATE = "/api/events/create/"
DAY = datetime(2027, 1, 5, tzinfo=UTC)
EVENING = datetime(2027, 1, 5, 18, 45, tzinfo=UTC)
DAY_TEXT, EVENING_TEXT = "2027-01-05T00:00:00Z", "2027-01-05T18:45:00Z"
BOTH = {"date", "all_day"}


def shown(client, event) -> tuple[str, bool]:
    """As JSON, GeoJSON, the lists and the calendar say it."""
    path = f"{URL}{event.pk}"
    one = client.get(path).json()
    feature = client.get(path, {"format": "geojson"}).json()["properties"]
    (row,) = client.get(URL).json()["results"]
    (point,) = client.get(URL, {"format": "geojson"}).json()["features"]
    said = {(each["date"], each["all_day"])
            for each in (one, feature, row, point["properties"])}  # fmt: skip
    assert len(said) == 1
    calendar = client.get(f"{path}/calendar.ics").content
    assert (b"DTSTART;VALUE=DATE:" in calendar) == one["all_day"]
    return said.pop()


@pytest.fixture
def event(ann):
    return EventFactory(creator=ann, date=DAY, is_all_day=True, lon=30.3, lat=59.9)


@pytest.fixture
def timed(ann):
    return EventFactory(creator=ann, date=EVENING)


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"date": "2027-01-05"}, (DAY, True)),
        ({"date": "2027-01-05", "all_day": True}, (DAY, True)),
        ({"date": DAY_TEXT, "all_day": True}, (DAY, True)),
        # The day as it is written, not as it is in UTC.
        ({"date": "2027-01-05T00:00+03:00", "all_day": True}, (DAY, True)),
        ({"date": "2027-01-05T00:00:00.000-0300", "all_day": True}, (DAY, True)),
        ({"date": DAY_TEXT}, (DAY, False)),
        ({"date": DAY_TEXT, "all_day": False}, (DAY, False)),
        ({"date": EVENING_TEXT}, (EVENING, False)),
        ({}, (None, False)),
        ({"all_day": False}, (None, False)),
    ],
)
def test_event_is_made(as_ann, given, expected, as_form):
    fields = {"title": "Fest", **given}
    response = as_ann.post(CREATE, fields, format="multipart" if as_form else "json")

    assert response.status_code == 202, response.content
    event = Event.objects.get()
    assert (event.date, event.is_all_day) == expected
    date = expected[0] and expected[0].isoformat().replace("+00:00", "Z")
    Event.objects.update(published_at=DAY)
    assert shown(as_ann, event) == (date, expected[1])


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"date": EVENING_TEXT, "all_day": True}, BOTH),
        ({"date": "2027-01-05T00:00:01Z", "all_day": True}, BOTH),
        ({"date": "2027-01-05T00:00:00.5Z", "all_day": True}, BOTH),
        ({"date": "2027-01-05", "all_day": False}, BOTH),
        ({"date": None, "all_day": True}, BOTH),
        ({"all_day": True}, {"all_day"}),
        ({"all_day": None}, {"all_day"}),
        ({"date": "soon", "all_day": "maybe"}, BOTH),
        ({"date": "2027-01-05", "all_day": False, "title": ""}, BOTH | {"title"}),
    ],
)
def test_what_does_not_fit_is_400(as_ann, given, wrong):
    response = as_ann.post(CREATE, {"title": "Fest", **given})

    assert response.status_code == 400
    assert response.json().keys() == wrong
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (DAY_TEXT, True)),
        ({"title": "New"}, (DAY_TEXT, True)),
        ({"date": "2027-01-06"}, ("2027-01-06T00:00:00Z", True)),
        ({"date": "2027-01-06T00:00:00Z"}, ("2027-01-06T00:00:00Z", True)),
        ({"date": EVENING_TEXT}, (EVENING_TEXT, False)),
        ({"all_day": False}, (DAY_TEXT, False)),
        ({"date": None}, (None, False)),
        ({"date": EVENING_TEXT, "all_day": False}, (EVENING_TEXT, False)),
    ],
)
def test_day_read_changed_and_written_back(as_ann, event, change, expected):
    path = f"{URL}{event.pk}"
    body = as_ann.get(path).json() | change

    assert as_ann.patch(path, body).status_code == 200

    assert shown(as_ann, event) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (EVENING_TEXT, False)),
        ({"all_day": True}, (DAY_TEXT, True)),
        ({"date": "2027-01-05"}, (DAY_TEXT, True)),
        ({"date": "2027-01-06", "all_day": True}, ("2027-01-06T00:00:00Z", True)),
        ({"date": None}, (None, False)),
    ],
)
def test_instant_read_changed_and_written_back(as_ann, timed, change, expected):
    path = f"{URL}{timed.pk}"

    assert as_ann.patch(path, as_ann.get(path).json() | change).status_code == 200

    assert shown(as_ann, timed) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # Of a client that knows nothing of `all_day`.
        ({"date": DAY_TEXT}, (DAY_TEXT, True)),
        ({"date": "2027-01-05T03:00:00+03:00"}, (DAY_TEXT, True)),
        ({"date": "2027-01-06T00:00:00Z"}, ("2027-01-06T00:00:00Z", False)),
        ({"date": DAY_TEXT, "all_day": False}, (DAY_TEXT, False)),
        ({"all_day": True}, (DAY_TEXT, True)),
    ],
)
def test_one_field_of_a_day_is_changed(as_ann, event, change, expected):
    assert as_ann.patch(f"{URL}{event.pk}", change).status_code == 200

    assert shown(as_ann, event) == expected


def test_nothing_is_no_day(as_ann, ann):
    event = EventFactory(creator=ann)
    path = f"{URL}{event.pk}"

    for change in ({"all_day": True}, as_ann.get(path).json() | {"all_day": True}):
        response = as_ann.patch(path, change)
        assert response.status_code == 400
        assert response.json().keys() == {"all_day"}
    assert as_ann.patch(path, as_ann.get(path).json()).status_code == 200


def test_filters_of_dates_find_days(as_ann, event):
    def found(**query) -> bool:
        return bool(as_ann.get(URL, query).json()["results"])

    assert found(date="2027-01-05")
    assert found(date__gte="2027-01-05", date__lte="2027-01-05")
    assert not found(date="2027-01-04")
    assert not found(date="2027-01-06")
    assert found(date__gte=DAY_TEXT)
    assert not found(date__gte="2027-01-05T00:00:01Z")


def test_own_data_says_it(as_ann, event):
    (made,) = as_ann.get("/api/clients/me/export/").json()["events"]["created"]

    assert (made["date"], made["all_day"]) == (DAY_TEXT, True)


@pytest.mark.parametrize("date", [None, EVENING])
def test_database_knows_no_other_days(db, date):
    with pytest.raises(IntegrityError, match="event_all_day_is_midnight"):
        EventFactory(date=date, is_all_day=True)


def test_days_of_before_the_rule_are_mended(db):
    """Migration 0008's statements, on rows as they were."""
    migration = import_module("events.migrations.0008_frozen_feeds_and_days")
    rule = "ALTER TABLE events_event {} CONSTRAINT event_all_day_is_midnight"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER waits for none
        cursor.execute(rule.format("DROP"))
        events = [
            EventFactory(date=date, is_all_day=is_all_day)
            for date in (EVENING, DAY, None)
            for is_all_day in (True, False)
        ]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        cursor.execute("SET TIME ZONE 'Asia/Tokyo'")  # days are UTC's wherever one is
        cursor.execute(migration.MEND_DAYS)
        cursor.execute("SET TIME ZONE 'UTC'")
        constraint = migration.Migration.operations[-1].constraint
        with connection.schema_editor() as editor:
            editor.add_constraint(Event, constraint)

    for event in events:
        event.refresh_from_db()
    assert [(event.date, event.is_all_day) for event in events] == [
        (DAY, True),
        (EVENING, False),
        (DAY, True),
        (DAY, False),
        (None, False),
        (None, False),
    ]

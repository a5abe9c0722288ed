"""Reads that are throttled: calendars, and what strangers may read."""

import pytest
from rest_framework.test import APIClient

from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.matchmaker.throttling import FAR, is_refused

LIST = "/api/events/calendar.ics"
FEED = "/api/events/calendar/"
ITEMS = "/api/ogc/collections/events/items"


def feed_of(client: APIClient) -> str:
    url: str = client.post(FEED, {}).json()["url"]
    return url.removeprefix("http://testserver")


@pytest.mark.usefixtures("throttles_on")
def test_feed_is_read_so_often_whoever_asks(as_ann, signed_in, rate):
    rate("calendar", 2)
    path, others = feed_of(as_ann), feed_of(signed_in(MemberFactory()))
    stranger = APIClient()

    statuses = [
        stranger.get(path, REMOTE_ADDR=address).status_code for address in FAR[:3]
    ]
    refused = stranger.get(path)

    assert statuses == [200, 200, 429]
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["code"] == "throttled"
    assert stranger.get(others).status_code == 200


@pytest.mark.usefixtures("throttles_on")
def test_secrets_are_tried_so_often_by_an_address(api, db, rate):
    rate("calendar", 1, factor=3)

    statuses = [
        api.get(f"{FEED}{number:032x}.ics", REMOTE_ADDR=FAR[0]).status_code
        for number in range(4)
    ]

    assert statuses == [404, 404, 404, 429]


@pytest.mark.usefixtures("throttles_on")
def test_member_downloads_calendars_so_often(ann, as_ann, signed_in, rate):
    event = EventFactory(creator=ann)
    rate("calendar", 2)

    assert as_ann.get(LIST).status_code == 200
    assert as_ann.get(f"/api/events/{event.pk}/calendar.ics").status_code == 200
    assert is_refused(as_ann.get(LIST))
    assert signed_in(MemberFactory()).get(LIST).status_code == 200


@pytest.mark.usefixtures("throttles_on")
@pytest.mark.parametrize("below", ["", "/events", "/events/items", "/events/items/1"])
def test_strangers_read_the_map_so_often_and_members_as_they_like(
    api, db, settings, signed_in, rate, below
):
    settings.PUBLIC_EVENTS = True
    rate("open_read", 2)
    path = f"/api/ogc/collections{below}"
    wanted = 404 if below.endswith("1") else 200

    strangers = [api.get(path, REMOTE_ADDR=FAR[0]) for _ in range(3)]
    member = signed_in(MemberFactory())
    members = [member.get(path, REMOTE_ADDR=FAR[0]) for _ in range(3)]

    assert [each.status_code for each in strangers] == [wanted, wanted, 429]
    assert [each.status_code for each in members] == [wanted] * 3
    assert api.get(path, REMOTE_ADDR=FAR[1]).status_code == wanted


@pytest.mark.usefixtures("throttles_on")
@pytest.mark.parametrize("path", ["events/0/0/0.pbf", "events.json"])
def test_strangers_read_tiles_so_often_and_members_as_they_like(
    api, db, settings, signed_in, rate, path
):
    settings.PUBLIC_EVENTS = True
    rate("open_tile", 2)
    clients = (api, signed_in(MemberFactory()))

    statuses = [
        [c.get(f"/api/tiles/{path}", REMOTE_ADDR=FAR[0]).status_code for _ in range(3)]
        for c in clients
    ]

    wanted = 200 if "json" in path else 204
    assert statuses == [[wanted, wanted, 429], [wanted] * 3]

"""A service that has forgotten the privacy rule, or half of it, to see that the
attackers work."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.db.models import F, Q
from django.http import QueryDict
from PIL import Image

from events.models import CalendarFeed
from events.reads import calendars as reads
from events.reads.events import EventValues
from events.reads.filters import FeedFilter
from events.views import calendars
from matchmaker import images, ogc, tiles
from matchmaker.ogc import MemberItems
from matchmaker.querysets import MemberQuerySet
from matchmaker.reads import members
from matchmaker.services import locks
from matchmaker.viewer import Viewer
from project.lib.ogc.queryables import GEOMETRY
from project.lib.reads.geo import LonLat
from project.lib.reads.keyset import keyset_statement
from project.lib.reads.parameters import Query
from project.lib.reads.streams import stream_statement
from project.lib.sql_rules import SqlRule
from project.lib.tiles.layers import tile_statement

# Each place is its own cell, and its own centre. What reads public points reads exact
# ones now; nothing else in the service is touched.
EXACT = """
CREATE OR REPLACE FUNCTION public_point(exact geography) RETURNS geography
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN exact;

CREATE OR REPLACE FUNCTION public_cell(exact geography) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN hashtext(exact::text);
"""

# The cell is that of each place as it is reported.
UNANCHORED = """
CREATE OR REPLACE FUNCTION anchor_member() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN NEW.anchor := NULL; RETURN NEW; END $$;
"""


# The database would refuse such a feed.
UNRULED = """
ALTER TABLE events_calendarfeed DROP CONSTRAINT feed_distance_has_point;
"""


@contextmanager
def exact_places() -> Iterator[None]:
    """For those who move inside; rolled back at the end."""
    with _replaced(EXACT + UNANCHORED):
        yield


@contextmanager
def no_anchors() -> Iterator[None]:
    """Cells, but each report draws a new one; rolled back at the end."""
    with _replaced(UNANCHORED):
        yield


@contextmanager
def exact_conditions() -> Iterator[None]:
    """Filters that ask about the exact place, which no answer shows."""
    with patch.dict(MemberItems.queryable, {GEOMETRY: F("location")}):
        yield


@contextmanager
def feeds_asked() -> Iterator[None]:
    """Feeds that take the list's parameters, measured from where their owner is."""

    def get(self: Any, request: Any, secret: str) -> Any:
        request.user = CalendarFeed.objects.get(secret=secret).member
        return calendars._file(request, reads.find_listed(request))

    get.has_parameters = True  # type: ignore[attr-defined]
    with patch.object(calendars.FeedView, "get", get):
        yield


@contextmanager
def feeds_that_follow() -> Iterator[None]:
    """Feeds that measure what was frozen from where their owner is now."""

    def read_frozen(frozen: Any) -> Any:
        params = QueryDict(mutable=True)
        params.update(frozen)
        return FeedFilter.read(params)

    def find_for_feed(feed: CalendarFeed) -> reads.Found:
        given = read_frozen(feed.filters)
        origin = LonLat.of(feed.member.location).ewkt
        values = EventValues.of(Query(given=given), Viewer(feed.member_id), origin)
        return reads._found(reads._listed(FeedFilter.choose(given)), values)

    with (
        _replaced(UNRULED),
        patch.object(FeedFilter, "read_frozen", read_frozen),
        patch.object(calendars, "find_for_feed", find_for_feed),
    ):
        yield


@contextmanager
def pictures_as_sent() -> Iterator[None]:
    """Pictures that keep what the camera has written into them."""

    sent: list[bytes] = []
    decode = images._decoded

    def decoded(data: bytes, *bounds: int) -> bytes:
        sent[:] = [data]  # the process that decodes gives pixels alone
        return decode(data, *bounds)

    def jpeg(picture: Any) -> bytes:
        out = BytesIO()
        with Image.open(BytesIO(*sent)) as camera:
            picture.save(out, "JPEG", exif=camera.info.get("exif", b""))
        return out.getvalue()

    with (
        patch.object(images, "_decoded", decoded),
        patch.object(images, "jpeg", jpeg),
    ):
        yield


@contextmanager
def hidden_in_name_only() -> Iterator[None]:
    """A member's wish to hide is kept, and nothing heeds it."""
    compiled = (
        keyset_statement,
        stream_statement,
        members._profile_statement,
        ogc._extent,
        locks._acquainted,
        tile_statement,
    )

    def forget() -> None:
        for statements in compiled:
            statements.cache_clear()

    forget()
    rules = MemberQuerySet
    with (
        _replaced(_counting_hidden()),
        patch.object(tiles, "LISTED", Q(is_active=True)),
        patch.object(rules, "visible_to", rules.reachable_by),
        patch.object(rules, "known_to", rules.reachable_by),
        patch.object(rules, "discoverable_by", rules.reachable_by),
        patch.object(locks, "acquainted_with", lambda _viewer: Q()),
    ):
        yield
    forget()


def _counting_hidden() -> str:
    """The function that counts members in cells, where it counts hidden ones too."""
    sql = SqlRule.read("matchmaker", "cell_numbers").sql
    function, _triggers, _rest = sql.partition("CREATE OR REPLACE TRIGGER")
    return re.sub(r"(\w+\.)?visibility = 'everyone'", "true", function)


@contextmanager
def _replaced(functions: str) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(functions)
        yield
        transaction.set_rollback(True)

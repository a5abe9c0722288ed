"""Attackers who ask yes-or-no questions, each answer halving what is left.

I. Polakis and others: Where's Wally? Precise user discovery attacks in location
proximity services, CCS 2015. K. Dhondt and others: Swipe left for identity theft,
USENIX Security 2024 ("oracle trilateration": whoever leaves out the distance still
tells it by who is in the list and who is not).
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from tests.attack.accounts import Spies
from tests.attack.attackers import (
    EVERYWHERE_KM,
    LIST,
    LOOKOUTS,
    PRECISION_M,
    View,
    bisect,
)
from tests.attack.geodesy import Place, Sighting, locate

CENTIMETRE_M = 0.01
CENTIMETRE_DEGREES = 1e-7

# Whether the target is on a page.
Look: TypeAlias = Callable[[Any, int], bool]


def in_page(page: Any, target_id: int) -> bool:
    return any(member["id"] == target_id for member in page["results"])


def in_count(page: Any, target_id: int) -> bool:
    """By the count alone: nobody else stands there."""
    return page["count"] > 0


def in_items(page: Any, target_id: int) -> bool:
    return any(feature["id"] == target_id for feature in page["features"])


def in_matched(page: Any, target_id: int) -> bool:
    """By how many items match alone: nobody else stands there."""
    return page["numberMatched"] > 0


class RadiusOracle:
    """From how far is the target in the list? To the centimetre, from four places."""

    precision_m = PRECISION_M

    def __init__(self, name: str, look: Look, view: View = LIST):
        self.name, self.look, self.view = name, look, view

    def find(self, spies: Spies, target_id: int) -> Place | None:
        def within(radius_m: float) -> bool:
            return self.look(self.view.within(spies, radius_m), target_id)

        sightings = []
        if self.view.by_like:
            spies.scout.like(target_id)
        for place in LOOKOUTS:
            spies.scout.move(place)
            if within(EVERYWHERE_KM * 1000):
                distance_m = bisect(0, EVERYWHERE_KM * 1000, CENTIMETRE_M, within)
                sightings.append(Sighting(place, distance_m))
        if self.view.by_like:
            spies.scout.unlike(target_id)
        return locate(sightings) if len(sightings) >= 3 else None


class BoxOracle:
    """Halves the map's box, in longitude and in latitude.

    Longitudes are counted from `start`, so some of the boxes cross the antimeridian
    wherever `start` is not 180.
    """

    precision_m = PRECISION_M

    def __init__(self, name: str, look: Look, start: float = 0, view: View = LIST):
        self.name, self.look, self.start, self.view = name, look, start, view

    def find(self, spies: Spies, target_id: int) -> Place | None:
        def seen(west: float, south: float, east: float, north: float) -> bool:
            box = ",".join(f"{edge:.9f}" for edge in (west, south, east, north))
            return self.look(self.read(spies, box), target_id)

        def west_of(offset: float) -> bool:
            east = _longitude(self.start + offset)
            return seen(_longitude(self.start + western), -90, east, 90)

        def south_of(north: float) -> bool:
            return seen(-180, -90, 180, north)

        if not seen(-180, -90, 180, 90):
            return None
        # The first half by hand: a box all around the earth has no west and east.
        western = 0.0
        if not west_of(180):
            western = 180.0
        offset = bisect(western, western + 180, CENTIMETRE_DEGREES, west_of)
        return Place(
            _longitude(self.start + offset),
            bisect(-90, 90, CENTIMETRE_DEGREES, south_of),
        )

    def read(self, spies: Spies, box: str) -> Any:
        return self.view.read(spies, bbox=box)


def _longitude(degrees: float) -> float:
    return (degrees + 180) % 360 - 180

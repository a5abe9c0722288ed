"""What every attacker has in common, and those who only read what an answer says."""

import base64
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.attack.accounts import Spies
from tests.attack.geodesy import Place, Sighting, locate, metres

PROFILE = "/api/clients/{}/"
EVERYWHERE_KM = 20_000
# Distances are told in metres, so circles meet within two of their middle.
PRECISION_M = 2.0

# Far apart, and on no great circle together.
LOOKOUTS = (Place(10.1, 51.3), Place(-75.2, -11.7), Place(140.4, -20.6),
            Place(-140.3, 40.9))  # fmt: skip


@dataclass(frozen=True)
class View:
    """A list in which the target stands alone, or beside the decoy.

    `radius`: the parameter that takes kilometres. `by_name`: it is narrowed to the
    name that the target and the spies have. `by_like`: to whom the scout likes.
    """

    path: str
    radius: str
    by_name: bool = False
    by_like: bool = False

    def read(self, spies: Spies, **params: Any) -> Any:
        names = spies.names if self.by_name else {}
        liked = {"liked": "true"} if self.by_like else {}
        return spies.scout.get(self.path, **names, **liked, **params)

    def within(self, spies: Spies, radius_m: float, **params: Any) -> Any:
        """Whom it shows within `radius_m` of the scout."""
        radius = {self.radius: f"{radius_m / 1000:.6f}"}
        return self.read(spies, **radius, **params)

    def everywhere(self, spies: Spies, **params: Any) -> Any:
        return self.within(spies, EVERYWHERE_KM * 1000, **params)


LIST = View("/api/clients/", "distance", by_name=True)
LIKED = View("/api/clients/", "distance", by_like=True)
DISCOVER = View("/api/discover/", "max_km")
COLLECTION = "/api/ogc/collections/members"
ITEMS = View(f"{COLLECTION}/items", "", by_name=True)  # OGC API has no radius


class Attacker(Protocol):
    """`precision_m`: how near it comes to what the service takes for the place."""

    name: str
    precision_m: float

    def find(self, spies: Spies, target_id: int) -> Place | None:
        """Its best estimate, or None where it has found nothing."""


class FromMap:
    """Reads the point on the map: GeoJSON's geometry of a profile."""

    name = "the point on the map"
    precision_m = PRECISION_M

    def find(self, spies: Spies, target_id: int) -> Place | None:
        feature = spies.scout.get(PROFILE.format(target_id), format="geojson")
        geometry = feature["geometry"]
        return Place(*geometry["coordinates"]) if geometry else None


class FromItem:
    """Reads the geometry of OGC API's feature."""

    name = "OGC API: the item's point"
    precision_m = PRECISION_M

    def find(self, spies: Spies, target_id: int) -> Place | None:
        geometry = spies.scout.get(f"{ITEMS.path}/{target_id}")["geometry"]
        return Place(*geometry["coordinates"]) if geometry else None


class FromExtent:
    """Reads the extent of all members, where the target is the only one."""

    name = "OGC API: the extent"
    precision_m = PRECISION_M

    def find(self, spies: Spies, target_id: int) -> Place | None:
        extent = spies.scout.get(COLLECTION)["extent"]
        if "spatial" not in extent:
            return None
        ((west, south, east, north),) = extent["spatial"]["bbox"]
        lowest, highest = Place(west, south), Place(east, north)
        is_a_point = metres(lowest, highest) < self.precision_m
        return lowest if is_a_point else None


class FromDistances:
    """Measures from several places and intersects the circles: trilateration.

    M. Veytsman: How I was able to track the location of any Tinder user, 2014.
    G. Qin, C. Patsakis, M. Bouroche: Playing hide and seek with mobile dating
    applications, IFIP SEC 2014.
    """

    precision_m = PRECISION_M

    def __init__(self, name: str, measure: Callable[[Spies, int], float | None]):
        self.name, self.measure = name, measure

    def find(self, spies: Spies, target_id: int) -> Place | None:
        sightings = []
        for place in LOOKOUTS:
            spies.scout.move(place)
            distance_m = self.measure(spies, target_id)
            if distance_m is not None:
                sightings.append(Sighting(place, distance_m))
        return locate(sightings) if len(sightings) >= 3 else None


def in_profile(spies: Spies, target_id: int) -> float | None:
    distance_km = spies.scout.get(PROFILE.format(target_id))["distance_km"]
    return None if distance_km is None else distance_km * 1000


def in_list(spies: Spies, target_id: int, view: View = LIST) -> float | None:
    for member in view.everywhere(spies)["results"]:
        if member["id"] == target_id:
            return member["distance_km"] * 1000
    return None


def in_cursor(spies: Spies, target_id: int, view: View = LIST) -> float | None:
    """Metres, to the last bit: where a page ends is signed, but not sealed."""
    me = spies.scout.get("/api/clients/me/")["location"]["coordinates"]
    spies.decoy.move(Place(*me))  # so that the target's page is not the only one
    cursor: dict[str, str] = {}
    while cursor is not None:
        page = view.everywhere(spies, page_size=1, **cursor)
        for link in (page["next"], page["previous"]):
            if link:
                _name, _forward, distance_m, member_id = read_cursor(cursor_of(link))
                if int(member_id) == target_id:
                    return float(distance_m)
        cursor = page["next"] and {"cursor": cursor_of(page["next"])}
    return None


def cursor_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["cursor"][0]


def read_cursor(cursor: str) -> Sequence[Any]:
    """What Django's signer wrote: base64, of zlib's where it starts with a dot."""
    payload = cursor.split(":")[0]
    text = payload.removeprefix(".")
    plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return json.loads(zlib.decompress(plain) if payload != text else plain)


def bisect(
    low: float, high: float, precision: float, is_high: Callable[[float], bool]
) -> float:
    """Where `is_high` turns true between `low` and `high`."""
    while high - low > precision:
        middle = (low + high) / 2
        if is_high(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2

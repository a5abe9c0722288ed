"""Attackers who walk until a coarse answer changes: there it is a fine one."""

from collections.abc import Callable

from tests.attack.accounts import Spies
from tests.attack.attackers import (
    LIST,
    LOOKOUTS,
    PRECISION_M,
    PROFILE,
    View,
    bisect,
    in_profile,
)
from tests.attack.geodesy import Place, Sighting, bearing, locate, metres, moved
from tests.attack.oracles import CENTIMETRE_M

AROUND = (20, 110, 200, 290)  # degrees from north, along no edge of a grid


def roughly(spies: Spies, target_id: int) -> Place | None:
    """To a kilometre, from distances in whole kilometres."""
    sightings = []
    for place in LOOKOUTS:
        spies.scout.move(place)
        distance_m = in_profile(spies, target_id)
        if distance_m is None:
            return None
        sightings.append(Sighting(place, round(distance_m / 1000) * 1000))
    return locate(sightings)


class RoundedDistances:
    """Reads whole kilometres only, as if the service told no more.

    Where they change, the distance is a half: exact again. R. Heaton: Vulnerability in
    Bumble dating app reveals any user's exact location, 2021; "rounded distance
    trilateration" of K. Dhondt and others, USENIX Security 2024.
    """

    name = "distances in whole kilometres"
    precision_m = PRECISION_M

    def find(self, spies: Spies, target_id: int) -> Place | None:
        def whole_km(place: Place) -> int:
            spies.scout.move(place)
            return round((in_profile(spies, target_id) or 0) / 1000)

        here = roughly(spies, target_id)
        return here and locate(
            [self._flip(here, azimuth, whole_km) for azimuth in AROUND], here
        )

    @staticmethod
    def _flip(
        here: Place, azimuth: float, whole_km: Callable[[Place], int]
    ) -> Sighting:
        start = moved(here, azimuth, 5_000)
        ahead = bearing(start, here)
        first_km = whole_km(start)
        walked_m = bisect(
            0,
            1_200,
            CENTIMETRE_M,
            lambda m: whole_km(moved(start, ahead, m)) < first_km,
        )
        return Sighting(moved(start, ahead, walked_m), (first_km - 0.5) * 1000)


class ListOrder:
    """Asks only who is nearer, the target or an own account at a known place.

    Where the two change places in the list, they are equally far. N. P. Hoang, Y.
    Asano, M. Yoshikawa: Your neighbors are my spies, ICACT 2016: hiding the distance
    does not help where the order stays.
    """

    precision_m = PRECISION_M

    def __init__(self, name: str, view: View = LIST):
        self.name, self.view = name, view

    def find(self, spies: Spies, target_id: int) -> Place | None:
        far = [
            self._flip(spies, target_id, place, 77, 19_900_000, 100)
            for place in LOOKOUTS
        ]
        here = locate(far)
        places = [moved(here, azimuth, 5_000) for azimuth in AROUND]
        near = [
            self._flip(spies, target_id, at, bearing(at, here), 20_000, CENTIMETRE_M)
            for at in places
        ]
        return locate(near, here)

    def _flip(
        self,
        spies: Spies,
        target_id: int,
        start: Place,
        azimuth: float,
        reach_m: float,
        precision_m: float,
    ) -> Sighting:
        """Walk away from the decoy at `start`, until the target is the nearer one."""
        spies.decoy.move(start)
        decoy_at = self._published(spies)

        def target_first(walked_m: float) -> bool:
            spies.scout.move(moved(start, azimuth, walked_m))
            order = [m["id"] for m in self.view.everywhere(spies)["results"]]
            return order[:1] == [target_id]

        walked_m = bisect(0, reach_m, precision_m, target_first)
        flip = moved(start, azimuth, walked_m)
        return Sighting(flip, metres(flip, decoy_at))

    @staticmethod
    def _published(spies: Spies) -> Place:
        """Where others see the decoy: the service may blur that too."""
        decoy = spies.scout.get(PROFILE.format(spies.decoy.id), format="geojson")
        return Place(*decoy["geometry"]["coordinates"])


class DecoyOrder:
    """The same the other way round: the scout stands, and the decoy walks.

    Its own exact place is what an attacker knows of the decoy; so where the service
    blurs that too, the flip is at an edge of the decoy's cell, or half a cell later,
    where the service sees the decoy move. All of it happens within a few cells of the
    target, its own among them.
    """

    name = "order: a decoy that walks"
    precision_m = 600.0

    def find(self, spies: Spies, target_id: int) -> Place | None:
        here = roughly(spies, target_id)
        return here and locate(
            [self._flip(spies, target_id, here, azimuth) for azimuth in AROUND], here
        )

    @staticmethod
    def _flip(spies: Spies, target_id: int, here: Place, azimuth: float) -> Sighting:
        start = moved(here, azimuth, 10_000)
        ahead = bearing(start, here)
        spies.scout.move(start)

        def target_first(walked_m: float) -> bool:
            spies.decoy.move(moved(start, ahead, walked_m))
            order = [m["id"] for m in LIST.everywhere(spies)["results"]]
            return order[:1] == [target_id]

        walked_m = bisect(5_000, 15_000, CENTIMETRE_M, target_first)
        return Sighting(start, walked_m)

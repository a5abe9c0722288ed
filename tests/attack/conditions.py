"""Attackers who ask in CQL2, the filters of OGC API."""

from typing import Any

from tests.attack.accounts import Spies
from tests.attack.attackers import EVERYWHERE_KM, ITEMS, LOOKOUTS, PRECISION_M, bisect
from tests.attack.geodesy import Place, Sighting, locate
from tests.attack.oracles import CENTIMETRE_M, BoxOracle, Look


class FilterBoxes(BoxOracle):
    """Halves the map by S_INTERSECTS with a box."""

    def __init__(self, name: str, look: Look, start: float = 0):
        super().__init__(name, look, start, ITEMS)

    def read(self, spies: Spies, box: str) -> Any:
        condition = f"S_INTERSECTS(geometry, BBOX({box}))"
        return self.view.read(spies, filter=condition)


class FilterCircles:
    """Circles around four places, by S_DWITHIN: nobody has to stand there."""

    precision_m = PRECISION_M

    def __init__(self, name: str, look: Look):
        self.name, self.look = name, look

    def find(self, spies: Spies, target_id: int) -> Place | None:
        sightings = []
        for place in LOOKOUTS:

            def within(radius_m: float, place: Place = place) -> bool:
                point = f"POINT({place.lon} {place.lat})"
                condition = f"S_DWITHIN(geometry, {point}, {radius_m})"
                return self.look(ITEMS.read(spies, filter=condition), target_id)

            furthest_m = EVERYWHERE_KM * 1000
            if within(furthest_m):
                distance_m = bisect(0, furthest_m, CENTIMETRE_M, within)
                sightings.append(Sighting(place, distance_m))
        return locate(sightings) if len(sightings) >= 3 else None

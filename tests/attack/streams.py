"""Attackers who read whole lists as CSV, which has to tell what the list tells."""

import csv
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any

from tests.attack.accounts import Spies
from tests.attack.attackers import (
    DISCOVER,
    LIST,
    PRECISION_M,
    Attacker,
    FromDistances,
    View,
    in_list,
)
from tests.attack.geodesy import Place
from tests.attack.oracles import BoxOracle, RadiusOracle, in_page


@dataclass(frozen=True)
class Streamed(View):
    """A list that is read as a stream; its rows are given as those of a page."""

    def read(self, spies: Spies, **params: Any) -> Any:
        names = spies.names if self.by_name else {}
        text = spies.scout.text(self.path, format="csv", **names, **params)
        return {"results": [_row(row) for row in csv.DictReader(StringIO(text))]}


def _row(row: dict[str, str]) -> dict[str, Any]:
    distance_km = float(row["distance_km"]) if row["distance_km"] else None
    return {**row, "id": int(row["id"]), "distance_km": distance_km}


STREAM = Streamed(LIST.path, LIST.radius, by_name=True)
DISCOVER_STREAM = Streamed(DISCOVER.path, DISCOVER.radius)


class FromRow:
    """Reads the longitude and the latitude of the target's row."""

    name = "streams: the point in the row"
    precision_m = PRECISION_M

    def find(self, spies: Spies, target_id: int) -> Place | None:
        for row in STREAM.read(spies)["results"]:
            if row["id"] == target_id and row["lon"]:
                return Place(float(row["lon"]), float(row["lat"]))
        return None


STREAMING: tuple[Attacker, ...] = (
    FromRow(),
    FromDistances("streams: distances", partial(in_list, view=STREAM)),
    FromDistances(
        "streams: distances in discover", partial(in_list, view=DISCOVER_STREAM)
    ),
    BoxOracle("streams: boxes: who is in the rows", in_page, view=STREAM),
    RadiusOracle("streams: radius: who is in the rows", in_page, STREAM),
)

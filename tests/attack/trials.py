"""One attacker, one member, one place: what comes out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from django.db import transaction

from tests.attack.accounts import Account, NotFound, Spies
from tests.attack.attackers import (
    DISCOVER,
    ITEMS,
    LIKED,
    Attacker,
    FromDistances,
    FromExtent,
    FromItem,
    FromMap,
    in_cursor,
    in_list,
    in_profile,
)
from tests.attack.conditions import FilterBoxes, FilterCircles
from tests.attack.flips import DecoyOrder, ListOrder, RoundedDistances
from tests.attack.geodesy import Place, metres
from tests.attack.oracles import (
    BoxOracle,
    RadiusOracle,
    in_count,
    in_items,
    in_matched,
    in_page,
)
from tests.attack.streams import STREAMING
from tests.attack.tiles import BY_TILES
from tests.attack.wire import Wire

# They read what they need in one answer, or in a few.
QUICK: Sequence[Attacker] = (
    FromMap(),
    FromItem(),
    FromExtent(),
    FromDistances("distances in profiles", in_profile),
    FromDistances("distances in the list", in_list),
    FromDistances("cursors of the list", in_cursor),
    BoxOracle("boxes: who is in the list", in_page),
)
PATIENT: Sequence[Attacker] = (
    BoxOracle("boxes: the count", in_count, start=-90),
    BoxOracle("OGC API: boxes: who is in the items", in_items, view=ITEMS),
    BoxOracle("OGC API: boxes: numberMatched", in_matched, start=-90, view=ITEMS),
    FilterBoxes("OGC API: CQL2 boxes: who is in the items", in_items),
    FilterBoxes("OGC API: CQL2 boxes: numberMatched", in_matched, start=-90),
    FilterCircles("OGC API: CQL2 circles: numberMatched", in_matched),
    RadiusOracle("radius: who is in the list", in_page),
    RadiusOracle("radius: the count", in_count),
    RadiusOracle("radius: the count of the liked", in_count, LIKED),
    RoundedDistances(),
    ListOrder("order of the list"),
    DecoyOrder(),
    FromDistances("discover: distances", partial(in_list, view=DISCOVER)),
    FromDistances("discover: cursors", partial(in_cursor, view=DISCOVER)),
    RadiusOracle("discover: who is in the radius", in_page, DISCOVER),
    RadiusOracle("discover: the count", in_count, DISCOVER),
    ListOrder("discover: order", DISCOVER),
    *BY_TILES,
)
ATTACKERS = (*QUICK, *PATIENT, *STREAMING)


@dataclass(frozen=True)
class Result:
    """`digest`: of every byte that the attacker was answered."""

    attacker: str
    estimate: Place | None
    requests: int
    digest: str

    def error_m(self, place: Place) -> float | None:
        return metres(self.estimate, place) if self.estimate else None


@dataclass(frozen=True)
class Scene:
    """A member and its attackers, signed up like anybody."""

    victim: Account
    spies: Spies

    @classmethod
    def sign_up(cls, wire: Wire) -> "Scene":
        # A name of its own, also where victims of other days are left.
        victim = Account.sign_up(wire, "Alice", uuid4().hex)
        return cls(victim, Spies.sign_up(wire))

    def attack(self, attacker: Attacker) -> Result:
        log = self.spies.set_out(self.victim.id)
        estimate = attacker.find(self.spies, self.victim.id)
        return Result(attacker.name, estimate, log.requests, log.digest)

    def attack_hidden(self, attacker: Attacker, home: Place) -> Result:
        """The member moves home when nobody can look any more.

        The attacker has known the member, and the number, from before.
        """
        log = self.spies.set_out(self.victim.id)
        self.victim.hide()
        self.victim.move(home)
        try:
            estimate = attacker.find(self.spies, self.victim.id)
        except NotFound:
            estimate = None
        return Result(attacker.name, estimate, log.requests, log.digest)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """So that what is done next begins with the same rows: the service remembers
        where somebody was, the decoy too."""
        self.spies.set_out(self.victim.id)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

"""The table of make attack."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.test.utils import setup_test_environment

from tests.attack.attackers import Attacker
from tests.attack.geodesy import Place, metres
from tests.attack.leaks import exact_places
from tests.attack.places import CELLS, Cell, read_cell
from tests.attack.trials import ATTACKERS, Result, Scene
from tests.attack.wire import in_process, over_network

HOME = CELLS["Saint Petersburg"]


@dataclass
class Errors:
    """Of one attacker, in metres: from the member, and from its cell's centre."""

    requests: int = 0
    member_m: list[float] = field(default_factory=list)
    centre_m: list[float] = field(default_factory=list)
    lost: int = 0

    def add(self, result: Result, home: Place, centre: Place) -> None:
        self.requests = max(self.requests, result.requests)
        if result.estimate is None:
            self.lost += 1
            return
        self.member_m.append(metres(result.estimate, home))
        self.centre_m.append(metres(result.estimate, centre))


def attack_all() -> Iterator[str]:
    """In a test database of its own, and in transactions that are rolled back."""
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    try:
        cells = [read_cell(name) for name in CELLS]
        real: dict[str, Errors] = defaultdict(Errors)
        leaky: dict[str, Errors] = defaultdict(Errors)
        names = [attacker.name for attacker in ATTACKERS]
        for title, errors in (("The service", real), ("Exact places", leaky)):
            yield f"\n**{title}: metres from the estimate to the member**\n"
            yield from _head(["cell", "place in it", "its centre", *names])
            for cell in cells:
                for spot in cell.spots:
                    yield _attack_spot(cell, spot, errors, leaks=errors is leaky)
        yield "\n**Over all places**\n"
        yield from _summary(real, leaky)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)


def attack_url(url: str) -> Iterator[str]:
    """A member in the middle of Saint Petersburg, of a service that runs."""
    scene = Scene.sign_up(over_network(url))
    scene.victim.move(HOME)
    yield from _head(["attacker", "requests", "metres from the member"])
    for attacker in ATTACKERS:
        result = scene.attack(attacker)
        yield _row([attacker.name, result.requests, _metres(result, HOME)])


def _attack_spot(
    cell: Cell, spot: str, errors: dict[str, Errors], *, leaks: bool
) -> str:
    home = cell.spots[spot]
    results = _attack(home, ATTACKERS, leaks=leaks)
    for result in results:
        errors[result.attacker].add(result, home, cell.centre)
    found = [_metres(result, home) for result in results]
    return _row([cell.name, spot, f"{metres(home, cell.centre):,.2f}", *found])


def _attack(home: Place, attackers: Sequence[Attacker], *, leaks: bool) -> list[Result]:
    with transaction.atomic():
        if leaks:
            with exact_places():
                return _attack(home, attackers, leaks=False)
        scene = Scene.sign_up(in_process())
        scene.victim.move(home)
        results = [scene.attack(attacker) for attacker in attackers]
        transaction.set_rollback(True)
    return results


def _summary(real: dict[str, Errors], leaky: dict[str, Errors]) -> Iterator[str]:
    yield from _head(
        ["attacker", "requests", "from the member", "from the cell's centre, at most",
         "leaky: from the member, at most"]
    )  # fmt: skip
    for name, errors in real.items():
        span = f"{min(errors.member_m):,.2f} – {max(errors.member_m):,.2f}"
        off_m, leak_m = max(errors.centre_m), max(leaky[name].member_m)
        lost = f" ({errors.lost}, {leaky[name].lost} lost)"
        yield _row([name, errors.requests, span, f"{off_m:,.2f}", f"{leak_m:,.2f}"]) + (
            lost if errors.lost or leaky[name].lost else ""
        )


def _metres(result: Result, home: Place) -> str:
    error_m = result.error_m(home)
    return "–" if error_m is None else f"{error_m:,.2f}"


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _row(values: Sequence[object]) -> str:
    return f"| {' | '.join(str(value) for value in values)} |"

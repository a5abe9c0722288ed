"""The table of make attack."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from django.db import connection, transaction
from django.test.utils import setup_test_environment

from tests.attack.geodesy import Place, metres
from tests.attack.leaks import exact_places, hidden_in_name_only, no_anchors
from tests.attack.places import CELLS, Cell, homes_beside_edges, read_cell
from tests.attack.trials import ATTACKERS, Result, Scene
from tests.attack.unsigned import UNSIGNED, attack_unsigned
from tests.attack.watching import EVERY, estimate, watch
from tests.attack.wire import in_process, over_network

HOME = CELLS["Saint Petersburg"]
NOISES_M, FIXES = (15, 50, 100, 300), 200


@dataclass(frozen=True)
class Error:
    """What an attacker got: `member_m` is None where it found nothing."""

    cell: Cell
    requests: int
    member_m: float | None
    centre_m: float | None


Errors: TypeAlias = dict[str, list[Error]]  # by the attacker's name


def attack_all() -> Iterator[str]:
    """In a test database of its own, and in transactions that are rolled back."""
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    try:
        cells = [read_cell(name) for name in CELLS]
        real: Errors = {attacker.name: [] for attacker in ATTACKERS}
        leaky: Errors = {attacker.name: [] for attacker in ATTACKERS}
        for title, errors in (("The service", real), ("Exact places", leaky)):
            yield f"\n**{title}: metres from the estimate to the member**\n"
            yield from _head(["cell", "place in it", "its centre", *errors])
            for cell in cells:
                for spot in cell.spots:
                    yield _attack_spot(cell, spot, errors, leaks=errors is leaky)
        yield "\n**By an address, without a sign-in**\n"
        yield from _unsigned(cells[0])
        yield "\n**A hidden member: metres from the estimate to the member**\n"
        yield from _hidden(cells)
        yield "\n**By attack, over all places**\n"
        yield from _by_attack(real, leaky)
        yield "\n**By cell, over all attacks**\n"
        yield from _by_cell(cells, real, leaky)
        yield f"\n**{FIXES} reports from home by a phone that errs; metres**\n"
        yield from _watched(cells[0])
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
    for stranger in UNSIGNED:
        result = attack_unsigned(scene, stranger, HOME)
        yield _row([result.attacker, result.requests, _metres(result, HOME)])


def _unsigned(cell: Cell) -> Iterator[str]:
    yield from _head(
        ["attack", "requests", "off the member", "a service that leaks so: requests",
         "off the member"]
    )  # fmt: skip
    home = cell.spots["north-east corner"]
    for attacker, leaks in UNSIGNED.items():
        row: list[object] = [attacker.name]
        for leak in (nullcontext, leaks):
            with transaction.atomic(), leak():
                scene = Scene.sign_up(in_process())
                result = attack_unsigned(scene, attacker, home)
                transaction.set_rollback(True)
            row += [result.requests, _metres(result, home)]
        yield _row(row)


def _hidden(cells: Sequence[Cell]) -> Iterator[str]:
    yield from _head(
        ["attack", "different answers from two cells", "hidden in name only: off"]
    )
    for attacker in ATTACKERS:
        digests = set()
        for leak, cell in zip(
            (nullcontext, nullcontext, hidden_in_name_only),
            (cells[0], cells[2], cells[0]),
            strict=True,
        ):
            with transaction.atomic(), leak():
                scene = Scene.sign_up(in_process())
                result = scene.attack_hidden(attacker, cell.centre)
                transaction.set_rollback(True)
            if leak is nullcontext:
                digests.add(result.digest)
        yield _row([attacker.name, len(digests) - 1, _metres(result, cell.centre)])


def _attack_spot(cell: Cell, spot: str, errors: Errors, *, leaks: bool) -> str:
    home = cell.spots[spot]
    found = []
    for result in _attack(home, leaks=leaks):
        centre_m = result.error_m(cell.centre)
        error = Error(cell, result.requests, result.error_m(home), centre_m)
        errors[result.attacker].append(error)
        found.append(_metres(result, home))
    return _row([cell.name, spot, f"{metres(home, cell.centre):,.2f}", *found])


def _attack(home: Place, *, leaks: bool) -> list[Result]:
    with transaction.atomic(), exact_places() if leaks else nullcontext():
        scene = Scene.sign_up(in_process())
        scene.victim.move(home)
        results = [scene.attack(attacker) for attacker in ATTACKERS]
        transaction.set_rollback(True)
    return results


def _by_attack(real: Errors, leaky: Errors) -> Iterator[str]:
    yield from _head(
        ["attack", "requests", "off the cell's centre", "off the member",
         "exact places: off the member"]
    )  # fmt: skip
    for name, errors in real.items():
        yield _row(
            [
                name,
                max(error.requests for error in errors),
                _span(error.centre_m for error in errors),
                _span(error.member_m for error in errors),
                _span(error.member_m for error in leaky[name]),
            ]
        )


def _by_cell(cells: Sequence[Cell], real: Errors, leaky: Errors) -> Iterator[str]:
    """The attack that does best where it does worst in a cell; and the reverse."""
    yield from _head(
        ["cell", "half of its diagonal", "the best attack's worst error",
         "exact places: the worst attack's"]
    )  # fmt: skip
    for cell in cells:
        half_m = metres(*[*cell.spots.values()][:2]) / 2
        best_m, leak_m = (
            choose(
                max(_or_lost(e.member_m) for e in each if e.cell == cell)
                for each in errors.values()
            )
            for choose, errors in ((min, real), (max, leaky))
        )
        yield _row([cell.name, *(f"{m:,.2f}" for m in (half_m, best_m, leak_m))])


def _watched(cell: Cell) -> Iterator[str]:
    yield from _head(
        ["home", "member", "noise", "its centre", "cells seen", "off the member",
         "no anchors: cells seen", "off the member"]
    )  # fmt: skip
    for name, home in homes_beside_edges(cell).items():
        for life, noise_m in product(EVERY, NOISES_M):
            centre_m = f"{metres(cell.centre, home):,.0f}"
            row: list[object] = [name, life.__name__, noise_m, centre_m]
            for leaks in (nullcontext, no_anchors):
                with transaction.atomic(), leaks():
                    scene = Scene.sign_up(in_process())
                    points, _digest = watch(scene, life(home, noise_m, FIXES))
                    transaction.set_rollback(True)
                at_home = points[:: EVERY[life]]
                error_m = metres(estimate(at_home, noise_m), home)
                row += [len({*at_home}), f"{error_m:,.0f}"]
            yield _row(row)


def _span(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{min(known):,.2f} – {max(known):,.2f}" if known else "–"


def _or_lost(error_m: float | None) -> float:
    return math.inf if error_m is None else error_m


def _metres(result: Result, home: Place) -> str:
    error_m = result.error_m(home)
    return "–" if error_m is None else f"{error_m:,.2f}"


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _row(values: Sequence[object]) -> str:
    return f"| {' | '.join(str(value) for value in values)} |"

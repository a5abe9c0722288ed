"""Nobody finds a member nearer than its cell, and everybody would, had it leaked."""

import math
from functools import partial

import pytest

from matchmaker import discover, nearest, profiles
from tests.attack.attackers import DISCOVER, FromDistances, in_cursor, in_list
from tests.attack.geodesy import metres
from tests.attack.leaks import exact_places
from tests.attack.oracles import RadiusOracle, in_count
from tests.attack.places import CELLS, read_cell
from tests.attack.trials import ATTACKERS, PATIENT, QUICK, Scene
from tests.attack.watching import estimate, jitter, watch
from tests.attack.wire import in_process

CELL_MIN_M = 1000
LEAK_FOUND_M = 10
ROUNDING_M = 0.01

# All of them everywhere, from six places a cell, take minutes: make attack.
TRIALS = [(attacker, cell) for cell in CELLS for attacker in QUICK]
TRIALS += [(attacker, "Saint Petersburg") for attacker in PATIENT]
PLACES = 2  # opposite corners

BY_FILTER = [
    FromDistances("distances in the list", in_list),
    FromDistances("cursors of the list", in_cursor),
    FromDistances("discover: cursors", partial(in_cursor, view=DISCOVER)),
    RadiusOracle("radius: the count", in_count),
]


def name_of(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.fixture
def scene(db) -> Scene:
    return Scene.sign_up(in_process())


@pytest.mark.parametrize(("attacker", "name"), TRIALS, ids=name_of)
def test_attacker_learns_the_cell_and_no_more(scene, attacker, name):
    cell = read_cell(name)
    spots = [*cell.spots.values()][:PLACES]

    results = []
    for spot in spots:
        scene.victim.move(spot)
        results.append(scene.attack(attacker))

    # Byte for byte the same answers: nothing that the member's place within the cell
    # could be read from, however clever the reader.
    assert len({result.digest for result in results}) == 1
    (estimate,) = {result.estimate for result in results}
    assert metres(estimate, cell.centre) < attacker.precision_m
    # So no estimate is near to both.
    across_m = metres(*spots)
    assert across_m > CELL_MIN_M * math.sqrt(2)
    assert max(metres(estimate, s) for s in spots) > across_m / 2 - ROUNDING_M


@pytest.mark.parametrize("attacker", BY_FILTER, ids=name_of)
def test_attacker_learns_no_more_where_the_filter_is_read_first(
    scene, attacker, monkeypatch
):
    """As in wide circles, which a few members would not fill with cells."""
    monkeypatch.setattr(nearest, "CELLS_MAX_COUNT", 0)
    for module in (profiles, discover):
        module._page_statement.cache_clear()
    try:
        test_attacker_learns_the_cell_and_no_more(scene, attacker, "Saint Petersburg")
    finally:
        for module in (profiles, discover):
            module._page_statement.cache_clear()


@pytest.mark.parametrize("attacker", ATTACKERS, ids=name_of)
def test_attacker_finds_a_member_of_a_leaky_service(db, attacker):
    home = read_cell("Saint Petersburg").spots["north-east corner"]
    with exact_places():
        scene = Scene.sign_up(in_process())
        scene.victim.move(home)

        result = scene.attack(attacker)

    assert result.error_m(home) < LEAK_FOUND_M


def test_answers_of_a_leaky_service_differ_within_a_cell(db):
    spots = [*read_cell("Saint Petersburg").spots.values()][:PLACES]
    digests = set()
    with exact_places():
        scene = Scene.sign_up(in_process())
        for spot in spots:
            scene.victim.move(spot)
            digests.add(scene.attack(QUICK[0]).digest)

    assert len(digests) == 2


def test_watcher_learns_which_cells_and_no_more(scene):
    """A phone at rest beside a corner reports one cell, then another."""
    home = read_cell("Saint Petersburg").spots["north-east corner"]
    fixes = [*jitter(home, noise_m=15, times=30)]

    points, digest = watch(scene, fixes)
    # The same cells in the same order, but in the middle of each.
    elsewhere, same = watch(scene, points)

    assert len({*points}) > 2
    assert elsewhere == points
    assert same == digest


@pytest.mark.xfail(
    strict=True,
    reason="A phone's noise carries a member at rest over an edge of its cell and back;"
    " how often it is on either side tells how far the edge is. README, Can they be"
    " found?",
)
def test_watcher_does_no_better_than_the_cell_beside_its_edge(scene):
    home = read_cell("Saint Petersburg").spots["north-east corner"]

    points, _digest = watch(scene, [*jitter(home, noise_m=15, times=60)])

    assert metres(estimate(points, noise_m=15), home) > CELL_MIN_M / 2

"""Nobody finds a member nearer than its cell, and everybody would, had it leaked."""

import math

import pytest

from tests.attack.geodesy import metres
from tests.attack.leaks import exact_places
from tests.attack.places import CELLS, read_cell
from tests.attack.trials import ATTACKERS, PATIENT, QUICK, Scene
from tests.attack.watching import jitter, watch
from tests.attack.wire import in_process

CELL_MIN_M = 1000
LEAK_FOUND_M = 10
# Distances are told in metres, so circles meet within two of the public point.
PRECISION_M = 2

# All of them everywhere, from six places a cell, take minutes: make attack.
TRIALS = [(attacker, cell, 3) for cell in CELLS for attacker in QUICK]
TRIALS += [(attacker, "Saint Petersburg", 2) for attacker in PATIENT]


def name_of(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.fixture
def scene(db) -> Scene:
    return Scene.sign_up(in_process())


@pytest.mark.parametrize(("attacker", "name", "places"), TRIALS, ids=name_of)
def test_attacker_learns_the_cell_and_no_more(scene, attacker, name, places):
    cell = read_cell(name)
    spots = [*cell.spots.values()][:places]

    results = []
    for spot in spots:
        scene.victim.move(spot)
        results.append(scene.attack(attacker))

    # Byte for byte the same answers: nothing that the member's place within the cell
    # could be read from, however clever the reader.
    assert len({result.digest for result in results}) == 1
    (estimate,) = {result.estimate for result in results}
    assert metres(estimate, cell.centre) < PRECISION_M
    # The first two are opposite corners: no estimate is near to both.
    across_m = metres(*spots[:2])
    assert across_m > CELL_MIN_M * math.sqrt(2)
    assert max(metres(estimate, s) for s in spots) > across_m / 2 - PRECISION_M


@pytest.mark.parametrize("attacker", ATTACKERS, ids=name_of)
def test_attacker_finds_a_member_of_a_leaky_service(db, attacker):
    home = read_cell("Saint Petersburg").spots["north-east corner"]
    with exact_places():
        scene = Scene.sign_up(in_process())
        scene.victim.move(home)

        result = scene.attack(attacker)

    assert result.error_m(home) < LEAK_FOUND_M


def test_answers_of_a_leaky_service_differ_within_a_cell(db):
    spots = [*read_cell("Saint Petersburg").spots.values()][:2]
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
    elsewhere, same = watch(scene, points)

    assert len({*points}) > 2
    assert elsewhere == points
    assert same == digest

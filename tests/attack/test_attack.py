"""Nobody finds a member nearer than its cell, and everybody would, had it leaked."""

import math
from functools import partial

import pytest

from matchmaker.reads import circles
from project.lib.reads.keyset import keyset_statement
from tests.attack.attackers import DISCOVER, FromDistances, in_cursor, in_list
from tests.attack.geodesy import metres
from tests.attack.leaks import (
    exact_conditions,
    exact_places,
    hidden_in_name_only,
    no_anchors,
)
from tests.attack.oracles import RadiusOracle, in_count
from tests.attack.places import CELLS, homes_beside_edges, read_cell
from tests.attack.streams import STREAMING
from tests.attack.trials import ATTACKERS, PATIENT, QUICK, Scene
from tests.attack.unsigned import UNSIGNED, attack_unsigned
from tests.attack.watching import EVERY, estimate, watch
from tests.attack.wire import in_process

CELL_MIN_M = 1000
LEAK_FOUND_M = 10
ROUNDING_M = 0.01

# All of them everywhere, from six places a cell, take minutes: make attack.
TRIALS = [(attacker, cell) for cell in CELLS for attacker in QUICK]
TRIALS += [(attacker, "Saint Petersburg") for attacker in (*PATIENT, *STREAMING)]
PLACES = 2  # opposite corners
WATCHED = (
    "3 m inside the edge, in its middle",
    "3 m inside the edge, 300 m further north",
    "in a corner",
)

BY_CONDITION = [each for each in ATTACKERS if "CQL2" in each.name]
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
        with scene.undone():
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
    monkeypatch.setattr(circles, "CELLS_MAX", 1)
    keyset_statement.cache_clear()
    try:
        test_attacker_learns_the_cell_and_no_more(scene, attacker, "Saint Petersburg")
    finally:
        keyset_statement.cache_clear()


@pytest.mark.parametrize("attacker", ATTACKERS, ids=name_of)
def test_attacker_finds_a_member_of_a_leaky_service(db, attacker):
    home = read_cell("Saint Petersburg").spots["north-east corner"]
    with exact_places():
        scene = Scene.sign_up(in_process())
        scene.victim.move(home)

        result = scene.attack(attacker)

    assert result.error_m(home) < LEAK_FOUND_M


HIDDEN_AT = ("Saint Petersburg", "the equator")


@pytest.mark.parametrize("attacker", ATTACKERS, ids=name_of)
def test_attacker_learns_not_even_the_cell_of_a_hidden_member(scene, attacker):
    results = []
    for name in HIDDEN_AT:
        with scene.undone():
            results.append(scene.attack_hidden(attacker, read_cell(name).centre))

    # The same answers to all questions, wherever on earth the member is.
    assert len({result.digest for result in results}) == 1
    assert len({result.estimate for result in results}) == 1


@pytest.mark.parametrize("attacker", ATTACKERS, ids=name_of)
def test_attacker_finds_who_is_hidden_in_name_only(db, attacker):
    cell = read_cell("Saint Petersburg")
    with hidden_in_name_only():
        scene = Scene.sign_up(in_process())

        result = scene.attack_hidden(attacker, cell.centre)

    assert result.error_m(cell.centre) < attacker.precision_m


@pytest.mark.parametrize("attacker", BY_CONDITION, ids=name_of)
def test_attacker_finds_a_member_whose_exact_place_may_be_asked_about(db, attacker):
    home = read_cell("Saint Petersburg").spots["north-east corner"]
    with exact_conditions():
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


@pytest.mark.parametrize("attacker", UNSIGNED, ids=name_of)
def test_stranger_with_an_address_learns_nothing(scene, attacker):
    spots = [*read_cell("Saint Petersburg").spots.values()][:PLACES]

    results = []
    for spot in spots:
        with scene.undone():
            results.append(attack_unsigned(scene, attacker, spot))

    assert [result.estimate for result in results] == [None] * PLACES
    assert len({result.digest for result in results}) == 1


@pytest.mark.parametrize("attacker", UNSIGNED, ids=name_of)
def test_stranger_with_an_address_finds_a_member_of_a_leaky_service(db, attacker):
    home = read_cell("Saint Petersburg").spots["north-east corner"]
    with UNSIGNED[attacker]():
        result = attack_unsigned(Scene.sign_up(in_process()), attacker, home)

    assert result.error_m(home) < LEAK_FOUND_M


@pytest.mark.parametrize("noise_m", [15, 50])
@pytest.mark.parametrize("where", WATCHED)
@pytest.mark.parametrize("life", EVERY, ids=lambda life: life.__name__)
def test_watcher_learns_the_cell_and_no_more(scene, life, where, noise_m):
    home = homes_beside_edges(read_cell("Saint Petersburg"))[where]
    fixes = life(home, noise_m, times=40)

    with scene.undone():
        points, digest = watch(scene, fixes)
    # The same cells in the same order, but without noise, in the middle of each.
    with scene.undone():
        elsewhere, same = watch(scene, points)

    at_home = points[:: EVERY[life]]
    assert len({*at_home}) == 1
    assert metres(estimate(at_home, noise_m), home) > CELL_MIN_M / 2
    assert elsewhere == points
    assert same == digest


@pytest.mark.parametrize("where", ["3 m inside the edge, in its middle", "in a corner"])
@pytest.mark.parametrize("life", EVERY, ids=lambda life: life.__name__)
def test_watcher_finds_the_home_where_each_report_draws_a_cell(db, life, where):
    home = homes_beside_edges(read_cell("Saint Petersburg"))[where]
    with no_anchors():
        scene = Scene.sign_up(in_process())
        points, _digest = watch(scene, life(home, 15, times=60))

    at_home = points[:: EVERY[life]]
    assert len({*at_home}) > 1
    assert metres(estimate(at_home, 15), home) < LEAK_FOUND_M


def test_watcher_sees_a_member_move(scene):
    """Or else nothing could be learned where nobody moves."""
    cell, other = read_cell("Saint Petersburg"), read_cell("the equator")
    homes = [cell.spots["centre"], other.spots["any place"], cell.spots["any place"]]

    points, _digest = watch(scene, homes)

    assert points == [cell.centre, other.centre, cell.centre]

"""Tiles tell a viewer's own numbers alone, at once, by cells: also beside the edges."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from matchmaker import tiles
from matchmaker.models import Member
from project.lib.tiles.layers import tile_statement
from tests.attack.geodesy import metres
from tests.attack.places import CELLS, Cell, read_cell
from tests.attack.tiles import BY_TILES
from tests.attack.trials import Scene
from tests.attack.wire import in_process
from tests.tiles import tile_at, url_of

AT_EDGES = ("west of the antimeridian", "east of the antimeridian", "the equator")


@contextmanager
def no_blocks() -> Iterator[None]:
    """Tiles that forget who has blocked whom."""
    nobody = Member.objects.filter(pk=0).values_list("pk")
    tile_statement.cache_clear()
    with (
        patch.object(tiles, "hidden_from", lambda _viewer: nobody),
        patch("matchmaker.querysets.hidden_from", lambda _viewer: nobody),
    ):
        yield
    tile_statement.cache_clear()


@pytest.fixture
def scene(db) -> Scene:
    return Scene.sign_up(in_process())


@pytest.mark.parametrize("name", AT_EDGES)
@pytest.mark.parametrize("attacker", BY_TILES, ids=lambda each: each.name)
def test_attacker_learns_the_cell_and_no_more(scene, attacker, name):
    cell = read_cell(name)
    results = []
    for spot in [*cell.spots.values()][:2]:
        with scene.undone():
            scene.victim.move(spot)
            results.append(scene.attack(attacker))

    assert len({result.digest for result in results}) == 1
    (estimate,) = {result.estimate for result in results}
    assert metres(estimate, cell.centre) < attacker.precision_m


@pytest.mark.parametrize("name", ["beside the north pole's cell", "the south pole"])
@pytest.mark.parametrize("attacker", BY_TILES, ids=lambda each: each.name)
def test_attacker_finds_nobody_beyond_the_tiles(scene, attacker, name):
    scene.victim.move(CELLS[name])

    assert scene.attack(attacker).estimate is None


def all_told(scene: Scene, cell: Cell) -> str:
    """A digest of every tile around the cell, with and without a filter."""
    log = scene.spies.set_out(scene.victim.id)
    for filters in ({}, scene.spies.names, {"gender": "male"}, {"liked": "false"}):
        for z in range(23):
            path = url_of("members", *tile_at(*cell.centre, z))
            scene.spies.scout.look(path, **filters)
    return log.digest


def told_of_a_block(scene: Scene) -> tuple[str, str, str]:
    """What is told of a member who is there, has blocked the scout, is nowhere."""
    cell = read_cell("Saint Petersburg")
    scene.spies.set_out(scene.victim.id)
    scene.victim.move(cell.centre)
    there = all_told(scene, cell)
    scene.victim.block(scene.spies.scout.id)
    has_blocked = all_told(scene, cell)
    scene.victim.move(None)
    return there, has_blocked, all_told(scene, cell)


def test_who_has_blocked_the_viewer_is_nowhere(scene):
    there, has_blocked, nowhere = told_of_a_block(scene)

    assert has_blocked == nowhere != there


def test_who_has_blocked_the_viewer_is_found_where_tiles_forget_it(db):
    with no_blocks():
        there, has_blocked, nowhere = told_of_a_block(Scene.sign_up(in_process()))

    assert has_blocked == there != nowhere

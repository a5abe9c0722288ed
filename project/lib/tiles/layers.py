"""Layers of vector tiles, each declared once: its rows, filters and fields.

A layer is one statement, compiled once for each choice of filters; PostgreSQL writes
the tile. Each square of the tile's grid that holds something is one feature, at the
mean place of what it holds, with their `count`. Everything is in exactly one square of
one tile, so the counts of a zoom's tiles add up to the list's own.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from django.utils.functional import Promise

from project.lib.reads.parameters import Choice, CompiledFilterSet, Queried, Query
from project.lib.reads.statements import FilterParam, Param, Statement
from project.lib.tiles.squares import LEVEL_BITS, Grid, Tile

EXTENT_BITS = 12  # 4,096 units across a tile


class Tiled(Queried, Protocol):
    """The values that a layer's statement is run with."""

    @property
    def grid(self) -> Grid: ...


Values = TypeVar("Values", bound=Tiled)

# Whether rows are those of a tile, by an index on `square`.
IN_TILE = Statement.written(
    "square BETWEEN {first} AND {last}",
    first=Param[Tiled](lambda values: values.grid.first),
    last=Param[Tiled](lambda values: values.grid.last),
)
# The same where other filters may find the rows faster: planned for each tile.
ALSO_IN_TILE = Statement.written(
    "square BETWEEN {first} AND {last}",
    first=FilterParam[Tiled](lambda values: values.grid.first),
    last=FilterParam[Tiled](lambda values: values.grid.last),
)
GEOMETRY = Statement.written(
    "ST_MakePoint("
    "((x - {left}) << {extent}) >> {halvings}, ((y - {top}) << {extent}) >> {halvings}"
    ") AS geometry",
    left=Param[Tiled](lambda values: values.grid.left),
    top=Param[Tiled](lambda values: values.grid.top),
    halvings=Param[Tiled](lambda values: values.grid.halvings),
    extent=Statement(str(EXTENT_BITS)),
)
# How many bits a smallest square's number has more than one of the grid.
SHIFT = Param[Tiled](lambda values: values.grid.shift)


class Layer(ABC, Generic[Values]):
    """A layer. `fields`: what its features have, for TileJSON.

    Tiles up to the zoom `clusters_max` have 8 x 8 squares, from counted ones; beyond,
    they have 256 x 256, or squares of the level `finest`. From the zoom `maxzoom` on,
    a map need not ask for smaller tiles.
    """

    id: ClassVar[str]
    title: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    filterset: ClassVar[type[CompiledFilterSet]]
    fields: ClassVar[Mapping[str, str]]
    clusters_max: ClassVar[int]
    finest: ClassVar[int | None] = None
    maxzoom: ClassVar[int]

    def write(self, request: Any, given: dict[str, Any], tile: Tile) -> bytes:
        """Return the tile's layer, empty without features."""
        grid = Grid.of(tile, self.clusters_max, self.finest)
        choice = self.filterset.choose(given)
        statement = tile_statement(self, choice, tile.z <= self.clusters_max)
        ((layer,),) = statement.rows(self.values(request, Query(given=given), grid))
        return bytes(layer)

    def is_open(self) -> bool:
        """Return whether everybody may read it, without signing in."""
        return False

    def is_same_for_all(self, given: Mapping[str, Any]) -> bool:
        """Return whether all who may read it with these parameters see the same."""
        return False

    def unmet(self, request: Any) -> dict[str, Any]:
        """Return messages, by parameter, about what the request lacks."""
        return {}

    @abstractmethod
    def values(self, request: Any, query: Query, grid: Grid) -> Values:
        """Return the values that the statement is run with."""

    @abstractmethod
    def parts(self, choice: Choice, is_clustered: bool) -> list[Statement[Any]]:
        """Return what adds up to the squares' numbers: see `stored` and `placed`."""

    def shown(self, choice: Choice, is_clustered: bool) -> Statement[Any]:
        """Return SQL after `SELECT`: columns of features, from `cluster`.

        `cluster`: square, number, x, y, id; GEOMETRY is its place.
        """
        return Statement.written(
            "number AS count, {geometry} FROM cluster", geometry=GEOMETRY
        )


def stored(table: str) -> Statement[Tiled]:
    """Return the tile's rows of a table of counted squares."""
    return Statement.written(
        """
        SELECT (id & {square_bits}) >> {stored_shift} AS square,
               number::bigint, x, y, NULL::bigint AS id
        FROM {table} WHERE id BETWEEN {first} AND {last}
        """,
        table=Statement(table),
        square_bits=Statement(str((1 << LEVEL_BITS) - 1)),
        stored_shift=Param[Tiled](lambda values: values.grid.stored_shift),
        first=Param[Tiled](lambda values: values.grid.stored_first),
        last=Param[Tiled](lambda values: values.grid.stored_last),
    )


def placed(rows: Statement[Any]) -> Statement[Any]:
    """Return rows (square, number, id) of smallest squares as parts of the grid's."""
    return Statement.written(
        """
        SELECT square >> {shift} AS square, number::bigint,
               number * gather_bits(square) AS x,
               number * gather_bits(square >> 1) AS y, id::bigint
        FROM ({rows}) placed
        """,
        rows=rows,
        shift=SHIFT,
    )


def changes(table: str, number: str = "number") -> Statement[Tiled]:
    """Return the tile's changes that are not added up yet, as rows for `placed`."""
    return Statement.written(
        "SELECT square, {number} AS number, NULL::bigint AS id FROM {table}"
        " WHERE {in_tile}",
        table=Statement(table),
        number=Statement(number),
        in_tile=IN_TILE,
    )


@lru_cache(maxsize=4096)
def tile_statement(
    layer: Layer[Any], choice: Choice, is_clustered: bool
) -> Statement[Any]:
    """Return the statement that writes a layer of a tile.

    The order of features is that of their squares, so that the same features are the
    same bytes.
    """
    feature_id = ", 'feature_id'" if "id" in layer.fields else ""
    return Statement.written(
        """
        WITH part AS ({parts}), cluster AS MATERIALIZED (
            SELECT square, sum(number)::bigint AS number,
                   div(sum(x), sum(number))::bigint AS x,
                   div(sum(y), sum(number))::bigint AS y, min(id) AS id
            FROM part GROUP BY square HAVING sum(number) > 0
        )
        SELECT ST_AsMVT(feature, '{name}', {extent}, 'geometry'{feature_id})
        FROM (SELECT {shown} ORDER BY square) feature
        """,
        parts=Statement.joined(" UNION ALL ", layer.parts(choice, is_clustered)),
        name=Statement(layer.id),
        extent=Statement(str(1 << EXTENT_BITS)),
        feature_id=Statement(feature_id),
        shown=layer.shown(choice, is_clustered),
    )

"""Vector tiles where most is: as multiples of `/health/live`, and beside their raw SQL.

Raw SQL is what servers of tables send, which know no viewers: the members of each
public point, counted, and every event, of the tile's box.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from tests.bench import report
from tests.bench.databases import Database, cursor_of
from tests.bench.loads import Get, Sql
from tests.bench.rates import Pair
from tests.bench.reads import HEAD, HEALTH, REQUESTS_A_ROUND, Read
from tests.bench.rounds import take_turns
from tests.harness.servers import Servers
from tests.tiles import tile_at

ZOOMS = (0, 2, 4, 6, 8, 10, 11, 12, 14, 18)
CITY, QUARTER = 10, 14
MOST = 5
FILTERS = ("gender=female", "first_name=anna", "distance=100")

FULLEST = {
    "members": "SELECT ST_X(point::geometry), ST_Y(point::geometry)"
    " FROM matchmaker_cell ORDER BY members DESC, id LIMIT 1",
    "events": "SELECT ST_X(location::geometry), ST_Y(location::geometry)"
    " FROM events_event WHERE published_at IS NOT NULL AND location IS NOT NULL"
    " ORDER BY count(*) OVER (PARTITION BY square >> 34) DESC, id LIMIT 1",
}
ROWS = {
    "members": "SELECT count(*) AS count, public_location::geometry AS place"
    " FROM matchmaker_member WHERE is_active"
    " AND public_location::geometry && ST_Transform({box}, 4326)"
    " GROUP BY public_location",
    "events": "SELECT id, title, date, location::geometry AS place FROM events_event"
    " WHERE published_at IS NOT NULL AND cancelled_at IS NULL"
    " AND location::geometry && ST_Transform({box}, 4326)",
}
RAW = """
SELECT ST_AsMVT(feature, '{layer}', 4096, 'geometry') FROM (
    SELECT *, ST_AsMVTGeom(ST_Transform(place, 3857), {box}) AS geometry
    FROM ({rows}) shown
) feature
"""


def measure(port: int, database: Database, *, rounds: int) -> str:
    """A table; each tile and `/health/live` take turns."""
    health, rows = Get(port, HEALTH), []
    for read in _reads(port, database):
        health_ms, read_ms = take_turns(
            [
                lambda: health.latency_ms(REQUESTS_A_ROUND),
                lambda read=read: read.get.latency_ms(REQUESTS_A_ROUND),
            ],
            rounds,
        )
        times = read_ms.over(health_ms)
        numbers = [report.milliseconds(read_ms), report.ratio(times)]
        aim = report.verdict(times, most=read.most) if read.most else ""
        rows.append([read.title, *numbers, aim])
    return report.table(HEAD, rows)


def pairs_of(_servers: Servers, database: Database, port: int) -> list[Pair]:
    pairs = []
    for layer, zoom in product(FULLEST, (CITY, QUARTER)):
        z, x, y = _fullest(database, layer, zoom)
        box = f"ST_TileEnvelope({z}, {x}, {y})"
        rows = ROWS[layer].format(box=box)
        raw = RAW.format(layer=layer, box=box, rows=rows).replace("\n", " ")
        ours = Get(port, _path(layer, (z, x, y)), _callers(database))
        name = f"{layer}, zoom {zoom} ÷ raw `ST_AsMVT`, pgbench"
        least = 0.5 if zoom == CITY else 0
        pairs.append(Pair(name, ours, Sql(database.url, [raw]), least))
    return pairs


def _reads(port: int, database: Database) -> Iterator[Read]:
    for layer in FULLEST:
        for z in ZOOMS:
            path = _path(layer, _fullest(database, layer, z))
            yield Read(f"{layer}, zoom {z}", Get(port, path, _callers(database)), MOST)
    for query in FILTERS:
        path = f"{_path('members', (0, 0, 0))}?{query}"
        get = Get(port, path, _callers(database)[:1])
        yield Read(f"members, zoom 0, `{query}`", get, 0)


def _path(layer: str, tile: tuple[int, int, int]) -> str:
    z, x, y = tile
    return f"/api/tiles/{layer}/{z}/{x}/{y}.pbf"


def _callers(database: Database) -> Sequence[dict[str, str]]:
    return [{**caller.headers, "Accept": "*/*"} for caller in database.callers]


def _fullest(database: Database, layer: str, z: int) -> tuple[int, int, int]:
    """The tile around where most is."""
    with cursor_of(database.url) as cursor:
        cursor.execute(FULLEST[layer])
        return tile_at(*cursor.fetchone(), z)

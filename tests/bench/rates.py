"""How many nearby pages a second one process answers, beside other ways to answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import report
from tests.bench.before import COMMIT, start_before
from tests.bench.callers import NEARBY, Caller
from tests.bench.databases import Database
from tests.bench.loads import Get, Measure, Sql
from tests.bench.pooler import start_pooler
from tests.bench.rounds import take_turns
from tests.bench.tipg import FEATURES, boxes_of, start_tipg
from tests.harness.servers import Servers

OWN, DJANGO = "project.asgi:application", "tests.bench.asgi:application"
STOCK = {"DJANGO_SETTINGS_MODULE": "tests.bench.stock_settings"}
# A plan that outlives the request needs a connection that does.
FRESH = {"CONN_MAX_AGE_S": "0", "PREPARED_STATEMENTS": "off"}
HEAD = ["", "1/s", "beside, 1/s", "÷", "aim"]
PAGE = "the nearby page"


@dataclass(frozen=True)
class Pair:
    """Two loads that take turns; `other` is None where it is missing.

    `least`: how many times the other's rate ours should be; 0 for no aim.
    `is_same_list`: the answers have the same members in the same order, which is
    checked.
    """

    name: str
    ours: Get | Sql
    other: Get | Sql | None
    least: float = 0
    is_same_list: bool = False


def nearby(port: int, callers: Sequence[Caller]) -> Get:
    return Get(port, NEARBY, [caller.headers for caller in callers])


def rates_of(servers: Servers, database: Database, port: int) -> list[Pair]:
    """The nearby page and what it is made of, whose servers are started."""
    page = nearby(port, database.callers)
    planned_once = _planned_once(database.url, database.callers)
    planned_each_time = replace(planned_once, protocol="simple")
    bare = Get(servers.daphne("bare", "tests.bench.two_bytes:application"), "/")
    ours = _two_bytes_of_django(servers, database, "django-ours", OWN)
    its_own = _two_bytes_of_django(servers, database, "django-own", DJANGO)
    return [
        Pair(f"{PAGE} ÷ its SQL alone, pgbench", page, planned_each_time),
        Pair(f"{PAGE} ÷ its SQL, planned once", page, planned_once, 0.5),
        Pair(f"{PAGE} ÷ two bytes of Daphne, no Django", page, bare),
        Pair(f"{PAGE} ÷ two bytes of Django, our handler", page, ours),
        Pair(f"{PAGE} ÷ two bytes of Django, its own handler", page, its_own),
        Pair("two bytes of Django, our handler ÷ of Daphne", ours, bare, 0.4),
    ]


def field_of(servers: Servers, database: Database, port: int) -> list[Pair]:
    """The nearby page beside other servers of the same members, which are started."""
    page = nearby(port, database.callers)
    stock = servers.daphne("stock", DJANGO, DATABASE_URL=database.url, **STOCK)
    tokens = [{"Authorization": f"Token {c.token}"} for c in database.callers]
    list_of_stock = Get(stock, "/nearby/?distance=10", tokens)
    box_of_tipg = start_tipg(servers, database)
    path = f"/api/ogc/collections/members/items?limit={FEATURES}&bbox="
    items = Get(port, path, page.callers, ends=boxes_of(database))
    return [
        Pair(f"{PAGE} ÷ the same list, stock drf-gis", page, list_of_stock, 40, True),
        Pair(f"{PAGE} ÷ 50 members in a box, tipg", page, box_of_tipg, 3),
        Pair("50 OGC items in a box ÷ the same of tipg", items, box_of_tipg, 3),
    ]


def before_of(servers: Servers, database: Database, port: int) -> list[Pair]:
    """The nearby page beside an earlier commit's, which is started."""
    page = nearby(port, database.callers)
    planned_once = _planned_once(database.url, database.callers)
    before = start_before(servers, database)
    its_page = before and nearby(before.port, before.callers)
    its_sql = before and _planned_once(before.database_url, before.callers)
    return [
        Pair(f"{PAGE} ÷ that of {COMMIT}", page, its_page, 3, True),
        Pair(f"its SQL, planned once ÷ that of {COMMIT}", planned_once, its_sql, 2.5),
    ]


def _two_bytes_of_django(
    servers: Servers, database: Database, name: str, handler: str
) -> Get:
    port = servers.daphne(name, handler, DATABASE_URL=database.url, **STOCK)
    return Get(port, "/two-bytes/")


def _planned_once(url: str, callers: Sequence[Caller]) -> Sql:
    return Sql(url, [caller.statements[-1] for caller in callers], "prepared")


def poolings_of(servers: Servers, database: Database, port: int) -> list[Pair]:
    """Our list with other ways to have a connection; their servers are started."""
    page = nearby(port, database.callers)
    ours = servers.daphne("ours-fresh", OWN, DATABASE_URL=database.url, **FRESH)
    fresh = servers.daphne("fresh", DJANGO, DATABASE_URL=database.url, **FRESH)
    pooled_url = start_pooler(servers, database.url)
    if pooled_url:
        pooled = servers.daphne("pooled", DJANGO, DATABASE_URL=pooled_url, **FRESH)
    ports = {
        "our handler, a connection a request": ours,
        "Django's handler, a connection a request": fresh,
        "Django's handler, PgBouncer": pooled if pooled_url else None,
    }
    return [
        Pair(
            f"{PAGE} ÷ {name}",
            page,
            port and nearby(port, database.callers),
            is_same_list=True,
        )
        for name, port in ports.items()
    ]


def compare(pairs: Sequence[Pair], folder: Path, *, rounds: int, seconds: int) -> str:
    """A table; the two of a pair take turns."""
    rows = []
    for pair in pairs:
        if pair.other is None:
            rows.append([pair.name, "", "", "not measured", ""])
            continue
        if pair.is_same_list and _members(pair.other) != _members(pair.ours):
            raise SystemExit(f"{pair.name}: not the same members")
        turns: list[Measure] = [
            lambda load=load: load.rate(folder, seconds)
            for load in (pair.ours, pair.other)
        ]
        ours, other = take_turns(turns, rounds)
        ratio = ours.over(other)
        rows.append(
            [
                pair.name,
                report.rate(ours),
                report.rate(other),
                report.ratio(ratio),
                report.verdict(ratio, least=pair.least) if pair.least else "",
            ]
        )
    return report.table(HEAD, rows)


def _members(page: Get | Sql) -> list[list[int]]:
    """The ids in each caller's page, in its order."""
    if isinstance(page, Sql):
        return []
    bodies = [body.get("results", body) for body in page.json()]
    return [[feature["id"] for feature in body["features"]] for body in bodies]

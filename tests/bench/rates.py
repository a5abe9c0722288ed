"""How many nearby pages a second one process answers, beside other ways to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import report
from tests.bench.callers import NEARBY, Caller
from tests.bench.databases import Database
from tests.bench.loads import Get, Measure, Sql
from tests.bench.pooler import start_pooler
from tests.bench.rounds import take_turns
from tests.harness.servers import Servers

OWN, DJANGO = "project.asgi:application", "tests.bench.asgi:application"
STOCK = {"DJANGO_SETTINGS_MODULE": "tests.bench.stock_settings"}
# A plan that outlives the request needs a connection that does.
FRESH = {"CONN_MAX_AGE_S": "0", "PREPARED_STATEMENTS": "off"}
HEAD = ["the nearby page, beside", "page, 1/s", "other, 1/s", "page ÷ other", "aim"]


@dataclass(frozen=True)
class Other:
    """What the nearby page is compared with; `load` is None where it is missing.

    `least`: how many times its rate ours should be; 0 for no aim. `is_same_list`: its
    answers have the same members in the same order, which is checked.
    """

    name: str
    load: Get | Sql | None
    least: float = 0
    is_same_list: bool = False


def nearby(port: int, callers: Sequence[Caller]) -> Get:
    return Get(port, NEARBY, [caller.headers for caller in callers])


def others_of(servers: Servers, database: Database) -> list[Other]:
    """The yardsticks; their servers are started."""
    url, callers = database.url, database.callers
    bare = servers.daphne("bare", "tests.bench.two_bytes:application")
    stock = servers.daphne("stock", DJANGO, DATABASE_URL=url, **STOCK)
    pooled = servers.daphne("stock-pooled", OWN, DATABASE_URL=url, **STOCK)
    tokens = [{"Authorization": f"Token {caller.token}"} for caller in callers]
    stock_page = Get(stock, "/nearby/?distance=10", tokens)
    statements = [caller.statements[-1] for caller in callers]
    return [
        Other("its SQL alone, pgbench", Sql(url, statements)),
        Other("its SQL alone, planned once", Sql(url, statements, "prepared")),
        Other("two bytes of Daphne, no Django", Get(bare, "/"), 0.5),
        Other("two bytes of Django, our handler", Get(pooled, "/two-bytes/")),
        Other("two bytes of Django, its own handler", Get(stock, "/two-bytes/")),
        Other("the same list, stock drf-gis", stock_page, 6, is_same_list=True),
    ]


def poolings_of(servers: Servers, database: Database) -> list[Other]:
    """Our list with other ways to have a connection; their servers are started."""
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
        Other(name, port and nearby(port, database.callers), is_same_list=True)
        for name, port in ports.items()
    ]


def compare(
    ours: Get, others: Sequence[Other], folder: Path, *, rounds: int, seconds: int
) -> str:
    """A table; ours and each of the others take turns."""
    expected = _members(ours)
    rows = []
    for other in others:
        if other.load is None:
            rows.append([other.name, "", "", "not installed", ""])
            continue
        if other.is_same_list and _members(other.load) != expected:
            raise SystemExit(f"{other.name}: not the members of the nearby page")
        loads = (ours, other.load)
        turns: list[Measure] = [
            lambda load=load: load.rate(folder, seconds) for load in loads
        ]
        page, beside = take_turns(turns, rounds)
        ratio = page.over(beside)
        rows.append(
            [
                other.name,
                report.rate(page),
                report.rate(beside),
                report.ratio(ratio),
                report.verdict(ratio, least=other.least) if other.least else "",
            ]
        )
    return report.table(HEAD, rows)


def _members(page: Get | Sql) -> list[list[int]]:
    """The ids in each caller's page, in its order."""
    if isinstance(page, Sql):
        return []
    bodies = [body.get("results", body) for body in page.json()]
    return [[feature["id"] for feature in body["features"]] for body in bodies]

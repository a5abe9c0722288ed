"""How many nearby pages a second one process answers, beside other ways to answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from compose.bench import report
from compose.bench.callers import NEARBY, Caller
from compose.bench.databases import Database
from compose.bench.loads import Get, Measure, Sql
from compose.bench.pooler import start_pooler
from compose.bench.rounds import take_turns
from compose.bench.servers import Servers

STOCK = {"DJANGO_SETTINGS_MODULE": "compose.bench.stock_settings"}
# A plan that outlives the request needs a connection that does.
FRESH = {"CONN_MAX_AGE_S": "0", "PREPARED_STATEMENTS": "off"}
HEAD = ["the nearby page, beside", "page, 1/s", "other, 1/s", "page ÷ other", "aim"]
Rate = Callable[[Path, int], float]


@dataclass(frozen=True)
class Other:
    """`least`: how many times the other's rate ours should be; 0 for no aim."""

    name: str
    rate: Rate
    least: float = 0


def nearby(port: int, callers: Sequence[Caller]) -> Get:
    return Get(port, NEARBY, [caller.headers for caller in callers])


def others_of(servers: Servers, database: Database) -> list[Other]:
    """The yardsticks; their servers are started."""
    url, callers = database.url, database.callers
    bare = servers.daphne("bare", "compose.bench.two_bytes:application")
    stock = servers.daphne(
        "stock", "compose.bench.asgi:application", DATABASE_URL=url, **STOCK
    )
    stock_page = Get(
        stock,
        "/nearby/?distance=10",
        [{"Authorization": f"Token {caller.token}"} for caller in callers],
    )
    statements = [caller.statements[-1] for caller in callers]
    return [
        Other("its SQL alone, pgbench", Sql(url, statements).rate),
        Other("the same, planned once", Sql(url, statements, "prepared").rate),
        Other("two bytes of Daphne alone", Get(bare, "/").rate),
        Other(
            "two bytes of Django, its own handler", Get(stock, "/two-bytes/").rate, 0.5
        ),
        Other("the same list, stock drf-gis", stock_page.rate, 6),
    ]


def poolings_of(servers: Servers, database: Database) -> list[Other]:
    """Our list with other ways to have a connection; their servers are started."""
    own, django = "project.asgi:application", "compose.bench.asgi:application"
    url, callers = database.url, database.callers
    ours_fresh = servers.daphne("ours-fresh", own, DATABASE_URL=url, **FRESH)
    fresh = servers.daphne("fresh", django, DATABASE_URL=url, **FRESH)
    rows = [
        Other("our handler, a connection a request", nearby(ours_fresh, callers).rate),
        Other("Django's handler, a connection a request", nearby(fresh, callers).rate),
    ]
    pooled_url = start_pooler(servers, url)
    if pooled_url:
        port = servers.daphne("pooled", django, DATABASE_URL=pooled_url, **FRESH)
        rows.append(Other("Django's handler, PgBouncer", nearby(port, callers).rate))
    return rows


def compare(
    ours: Get, others: Sequence[Other], folder: Path, *, rounds: int, seconds: int
) -> str:
    """A table; ours and each of the others take turns."""
    return report.table(
        HEAD, [_row(ours, other, folder, rounds, seconds) for other in others]
    )


def _row(ours: Get, other: Other, folder: Path, rounds: int, seconds: int) -> list[str]:
    pair: list[Measure] = [
        lambda: ours.rate(folder, seconds),
        lambda: other.rate(folder, seconds),
    ]
    page, beside = take_turns(pair, rounds)
    ratio = page.over(beside)
    return [
        other.name,
        report.rate(page),
        report.rate(beside),
        report.ratio(ratio),
        report.verdict(ratio, least=other.least) if other.least else "",
    ]

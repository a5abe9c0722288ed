"""How the nearby page slows down as the members grow tenfold, from ten thousand."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import report
from tests.bench.callers import NEARBY
from tests.bench.databases import Database, disk_bytes
from tests.bench.loads import Get
from tests.bench.rounds import take_turns
from tests.harness.servers import Servers

MIB = 1024 * 1024
# Every page has as many rows, so that only the number of members differs.
FULL_SIZE = 10
RADII_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000)
HEAD = [
    "members",
    "rows a page",
    "count",
    "ms",
    "times slower",
    "1/s",
    "times fewer",
    "aim",
]
MOST_TIMES = 1.3
FEWEST, STEP = 10_000, 10
SIZES_HEAD = [
    "members",
    "disk, MiB",
    "bytes a member",
    "of them members, cells and likes",
    "Daphne, MiB",
]
REQUESTS_A_ROUND = 50


@dataclass(frozen=True)
class Sized:
    """A database, and the port of the Daphne that serves it."""

    database: Database
    port: int

    def get(self, path: str) -> Get:
        return Get(self.port, path, [c.headers for c in self.database.callers])


def counts(members: int) -> list[int]:
    """How many members each database has; the last one has all."""
    if members // STEP < FEWEST:
        return [members]
    return [*counts(members // STEP), members]


def pages(sizes: Sequence[Sized]) -> list[str]:
    """The paths to measure: what a client asks for, and one that is full everywhere."""
    full = (f"/api/clients/?distance={r}&page_size={FULL_SIZE}" for r in RADII_KM)
    return [NEARBY, *(path for path in [_first_full(sizes, full)] if path)]


def _first_full(sizes: Sequence[Sized], paths: Iterable[str]) -> str | None:
    for path in paths:
        bodies = [body for size in sizes for body in size.get(path).json()]
        if all(len(body["features"]) == FULL_SIZE for body in bodies):
            return path
    return None


def measure(
    sizes: Sequence[Sized], path: str, folder: Path, *, rounds: int, seconds: int
) -> str:
    """A table: one request at a time, then as many as the connections carry."""
    gets = [size.get(path) for size in sizes]
    latencies = take_turns(
        [lambda get=get: get.latency_ms(REQUESTS_A_ROUND) for get in gets], rounds * 2
    )
    rates = take_turns(
        [lambda get=get: get.rate(folder, seconds) for get in gets], rounds
    )
    rows = []
    for size, get, ms, rate in zip(sizes, gets, latencies, rates, strict=True):
        slower = ms.over(latencies[0])
        rows.append(
            [
                f"{size.database.members:,}",
                *_content(get),
                report.milliseconds(ms),
                report.ratio(slower),
                report.rate(rate),
                report.ratio(rates[0].over(rate)),
                report.verdict(slower, most=MOST_TIMES) if rows else "",
            ]
        )
    return report.table(HEAD, rows)


def _content(get: Get) -> list[str]:
    """How many rows the callers' pages have, and what they say of the whole list."""
    bodies = get.json()
    return [
        _range([len(body["features"]) for body in bodies]),
        _range([body["count"] for body in bodies])
        + ("+" if any(body["count_capped"] for body in bodies) else ""),
    ]


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def sizes_table(sizes: Sequence[Sized], servers: Servers) -> str:
    """A table of the disk that the tables and indexes take, and of Daphne's memory."""
    pids = {port: process.pid for _name, process, port in servers.running}
    rows = []
    for size in sizes:
        members, taken = size.database.members, disk_bytes(size.database)
        rows.append(
            [
                f"{members:,}",
                f"{sum(taken.values()) / MIB:,.0f}",
                f"{sum(taken.values()) / members:,.0f}",
                f"{taken['matchmaker'] / members:,.0f}",
                f"{_resident_bytes(pids[size.port]) / MIB:,.0f}",
            ]
        )
    return report.table(SIZES_HEAD, rows)


def _resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")

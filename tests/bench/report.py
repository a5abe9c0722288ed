"""Markdown: tables of what was measured, and on what."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.databases import versions
from tests.bench.loads import CONNECTIONS
from tests.bench.rounds import Spread


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """All columns but the first are numbers, so to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def rate(spread: Spread) -> str:
    return f"{spread.median:,.0f}"


def milliseconds(spread: Spread) -> str:
    return f"{spread.median:.2f}"


def ratio(spread: Spread) -> str:
    """The median and, of the rounds, the least and the most."""
    digits = 1 if spread.median >= 3 else 2
    low, high = min(spread.values), max(spread.values)
    return f"**{spread.median:.{digits}f}** ({low:.{digits}f}–{high:.{digits}f})"


def verdict(spread: Spread, *, least: float = 0, most: float = float("inf")) -> str:
    aim = f"≥ {least:g}" if least else f"≤ {most:g}"
    return f"{aim}: {'met' if least <= spread.median <= most else 'missed'}"


def machine(
    database_url: str,
    command: str,
    load: Sequence[float],
    setting: str = f"{CONNECTIONS} connections",
) -> str:
    """`load`: the load averages before the run."""
    server, postgis = versions(database_url)
    return (
        f"`{command}` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores"
        f" ({_processor()}), shared by the service, PostgreSQL and the load generator;"
        f" {setting}. Python {platform.python_version()},"
        f" PostgreSQL {server}, PostGIS {postgis}, Django {version('django')},"
        f" Daphne {version('daphne')}."
        f" Load before the run: {load[0]:.1f}."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())

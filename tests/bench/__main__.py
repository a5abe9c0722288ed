"""make bench: loads the members, measures, and prints Markdown."""

import argparse
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import depth, growth, rates, reads, report, tiles
from tests.bench.databases import Database, load
from tests.bench.growth import Sized
from tests.bench.loads import check_programs
from tests.harness.servers import Servers

TITLES = {
    "rates": "One process, requests a second",
    "field": "Beside other servers of the same members, one process each",
    "before": "Beside an earlier commit, on the same members",
    "pooling": "The same list with other ways to have a connection",
    "reads": "Every kind of read, one request at a time",
    "tiles": "Vector tiles, one request at a time",
    "raw": "Vector tiles beside their SQL alone, requests a second",
    "growth": "`{path}` as the members grow; one request at a time, then all at once",
    "depth": "Deep in a list, one request at a time",
}
SIZES_TITLE = "What the members and all that they do take"
COMPARISONS = {
    "rates": rates.rates_of,
    "field": rates.field_of,
    "before": rates.before_of,
    "pooling": rates.poolings_of,
    "raw": tiles.pairs_of,
}
OURS = "project.asgi:application"


def main() -> None:
    options = _options()
    check_programs()
    # So that the servers are ended then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    load_average = os.getloadavg()
    counts = growth.counts(options.members)
    if "growth" not in options.only:
        counts = counts[-1:]
    databases = load(counts, seed=options.seed)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Servers(Path(folder)) as servers,
    ):
        machine = report.machine(databases[-1].url, _command(options), load_average)
        print(f"{options.members:,} members. {machine}")
        _measure(databases, servers, options)


def _measure(
    databases: Sequence[Database], servers: Servers, options: argparse.Namespace
) -> None:
    largest, folder = databases[-1], servers.folder
    effort = {"rounds": options.rounds, "seconds": options.seconds}
    sizes = [
        Sized(each, servers.daphne(f"ours-{each.members}", OURS, DATABASE_URL=each.url))
        for each in databases
    ]
    compared = {
        name: start(servers, largest, sizes[-1].port)
        for name, start in COMPARISONS.items()
        if name in options.only
    }
    servers.wait()
    for name, pairs in compared.items():
        _print(TITLES[name], rates.compare(pairs, folder, **effort))
    if "reads" in options.only:
        table = reads.measure(sizes[-1].port, largest, rounds=options.rounds)
        _print(TITLES["reads"], table)
    if "tiles" in options.only:
        table = tiles.measure(sizes[-1].port, largest, rounds=options.rounds)
        _print(TITLES["tiles"], table)
    if "growth" in options.only:
        for path in growth.pages(sizes):
            table = growth.measure(sizes, path, folder, **effort)
            _print(TITLES["growth"].format(path=path), table)
        _print(SIZES_TITLE, growth.sizes_table(sizes, servers))
    if "depth" in options.only:
        headers = largest.callers[0].headers
        table = depth.measure(sizes[-1].port, headers, rounds=options.rounds)
        _print(TITLES["depth"], table)


def _print(title: str, table: str) -> None:
    print(f"\n**{title}**\n\n{table}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.bench", description=__doc__)
    add = parser.add_argument
    add("--members", type=int, default=int(os.environ.get("MEMBERS") or 1_000_000))
    add("--seed", type=int, default=1, help="of the demo members")
    add("--rounds", type=int, default=5, help="turns of each pair; 0: only try")
    add("--seconds", type=int, default=3, help="of one turn")
    add("--quick", action="store_true", help="3 rounds of 1 second")
    add("--only", nargs="+", choices=TITLES, default=[*TITLES])
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 3, 1
    return options


def _command(options: argparse.Namespace) -> str:
    arguments = [f"MEMBERS={options.members}"] if options.members != 1_000_000 else []
    if sys.argv[1:]:
        arguments.append(f"ARGS={shlex.quote(shlex.join(sys.argv[1:]))}")
    return " ".join(["make bench", *arguments])


if __name__ == "__main__":
    main()

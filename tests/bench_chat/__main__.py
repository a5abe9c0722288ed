"""make bench-chat and make faults-chat: talk, measure, kill, and print Markdown."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from tests.bench import report as bench_report
from tests.bench.loads import Sql
from tests.bench.rounds import take_turns
from tests.bench_chat import faults, limits, report, world
from tests.bench_chat.crowd import Crowd
from tests.bench_chat.fanout import Side, Turn
from tests.bench_chat.sends import Accepted, accepted
from tests.harness.daphnes import Daphnes
from tests.harness.postgres import Backends

OURS = "project.asgi:application"
BARE = {
    "channel layer": "tests.bench_chat.bare:layer",
    "Channels consumer": "tests.bench_chat.bare:consumer",
}
TITLES = {
    "faults": "While servers are killed",
    "sends": "Messages accepted, each on the disk before anybody sees it",
    "sockets": "Sockets held",
    "fanout": "From one to all in the room",
}
SERVERS = 2
# Who talks to each other in the measurement of what is accepted.
SENDERS = 16
ONE_ROW = "UPDATE chat_room SET last_number = last_number WHERE kind = 'lobby'"


def main() -> None:
    options = _options()
    limits.raise_open_files(options.sockets)
    load_average = os.getloadavg()
    together = max(SENDERS, options.clients)
    with Backends(limits.folder()) as backends:
        people = world.make(
            backends, alone=options.sockets + 1, together=together, size=options.size
        )
        url, command = backends.postgres.url, _command(options)
        setting = f"{SERVERS} Daphnes on one listening socket, PostgreSQL with fsync"
        print(bench_report.machine(url, command, load_average, setting), flush=True)
        # First, while the rooms are empty: everybody reads them from the beginning.
        is_well = "faults" not in options.only or _kill(backends, people, options)
        if {"sends", "fanout"} & {*options.only}:
            _measure(backends, people, options)
    sys.exit(not is_well)


def _kill(backends: Backends, people: world.World, options: argparse.Namespace) -> bool:
    outcome = faults.run(
        backends,
        people,
        rounds=options.rounds,
        pause_s=options.pause,
        down_s=options.down,
    )
    _print(TITLES["faults"], report.of_faults(outcome, len(people.together)))
    return not outcome.verdict.wrong


def _measure(
    backends: Backends, people: world.World, options: argparse.Namespace
) -> None:
    rounds, seconds = options.rounds, options.seconds
    with ExitStack() as opened:

        def serve(name: str, application: str) -> Daphnes:
            settings = {"THROTTLES": "off"} | backends.environment
            return opened.enter_context(
                Daphnes(backends.folder, name, application, SERVERS, **settings)
            )

        ours = serve("ours", OURS)
        if "sends" in options.only:
            _print(TITLES["sends"], _sends(backends, ours, people, rounds, seconds))
        if "fanout" not in options.only:
            return
        sides = []
        bare = {
            name: serve(name.split()[0].lower(), each) for name, each in BARE.items()
        }
        for name, daphnes in {"ours": ours, **bare}.items():
            crowd = Crowd(daphnes.address, SERVERS, has_welcome=daphnes is ours)
            opened.callback(crowd.close)
            side = Side(name, daphnes, crowd, backends)
            side.open(people.alone, people.lobby if daphnes is ours else None)
            sides.append(side)
        _print(TITLES["sockets"], report.of_sockets(sides))
        _print(TITLES["fanout"], _fanout(sides, rounds, seconds))


def _sends(
    backends: Backends, ours: Daphnes, people: world.World, rounds: int, seconds: float
) -> str:
    kinds: dict[str, list[Accepted]] = {"organization": [], "direct": []}

    def take(kind: str) -> float:
        found = accepted(ours.address, people.together[:SENDERS], kind, seconds)
        kinds[kind].append(found)
        return found.rate

    one_row = Sql(backends.postgres.url, [ONE_ROW])
    commits, *_rates = take_turns(
        [
            lambda: one_row.rate(backends.folder, max(1, round(seconds))),
            lambda: take("organization"),
            lambda: take("direct"),
        ],
        rounds,
    )
    names = {
        f"{SENDERS} members, all in one room": kinds["organization"][-rounds:],
        f"{SENDERS} members, in {SENDERS // 2} rooms": kinds["direct"][-rounds:],
    }
    return report.of_sends(names, commits)


def _fanout(sides: Sequence[Side], rounds: int, seconds: float) -> str:
    fast: list[list[Turn]] = [[] for _side in sides]
    for number in range(rounds + 1):
        for side, turns in zip(sides, fast, strict=True):
            turn = side.at_full_speed(seconds)
            if number or not rounds:  # the first warms up
                turns.append(turn)
    ours, layer, _consumer = fast
    # Half of what the slower of the two can do; the consumer may be far behind.
    pace = min(turn.rate for turn in (*ours, *layer)) / 2 / sides[0].held
    steady: list[list[Turn]] = [[], []]
    for _number in range(max(1, rounds)):
        for side, turns in zip(sides[:2], steady, strict=True):
            turns.append(side.at_pace(seconds, pace))
    return report.of_fanout(fast, steady, pace)


def _print(title: str, table: str) -> None:
    print(f"\n**{title}**\n\n{table}", flush=True)


def _command(options: argparse.Namespace) -> str:
    target = "faults-chat" if options.only == ["faults"] else "bench-chat"
    own = [each for each in sys.argv[1:] if each not in ("--only", "faults")]
    return " ".join([f"make {target}", *([f"ARGS={shlex.join(own)!r}"] if own else [])])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.bench_chat", description=__doc__)
    add = parser.add_argument
    parts = ["faults", "sends", "fanout"]
    add("--only", nargs="+", choices=parts, default=["sends", "fanout"])
    add("--rounds", type=int, default=5, help="turns of each; 0: only try")
    add("--seconds", type=float, default=3, help="of one turn")
    add("--sockets", type=int, default=5_000, help="of each side, in one room")
    add("--clients", type=int, default=200, help="who talk while servers are killed")
    add("--size", type=int, default=50, help="of their organizations")
    add("--pause", type=float, default=5.0, help="s between a client's messages")
    add("--down", type=float, default=1.0, help="s that a killed server is not there")
    return parser.parse_args()


if __name__ == "__main__":
    main()

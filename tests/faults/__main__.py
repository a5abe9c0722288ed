"""make faults: strike each part while members write, and print a table."""

import argparse
import os
import shlex
import sys
import time
from collections import Counter

from tests.bench import report as bench_report
from tests.bench_chat import limits
from tests.faults.audit import judge
from tests.faults.scene import MIB, Memory, Scene, can_mount
from tests.faults.strikes import STRIKES, media_full
from tests.harness.waiting import wait_until

OPEN_FILES = 6_000
HEAD = [
    "struck", "writes", "accepted", "refused", "unknown", "no answer",
    "longest answer, s", "longest /health/live, s", "well again after, s",
    "tracebacks of the web", "MiB before", "peak", "after",
]  # fmt: skip


def main() -> None:
    options = _options()
    limits.raise_open_files(OPEN_FILES)
    load = os.getloadavg()
    with Scene(limits.folder(), options.members, options.pause) as scene:
        setting = f"{options.members} members write; one Daphne, PostgreSQL with fsync"
        url = scene.backends.postgres.url
        print(bench_report.machine(url, _command(), load, setting), flush=True)
        wait_until(scene.is_ready, Exception)
        scene.crowd.start()
        told_meanwhile: Counter[str] = Counter()
        try:
            rows = [
                _strike(scene, name, options.seconds, told_meanwhile)
                for name in options.only
                if STRIKES[name] is not media_full or can_mount()
            ]
        finally:
            scene.crowd.stop()
        wait_until(scene.is_ready, Exception)
        wrong = _wrong(scene) + told_meanwhile
    print(f"\n{bench_report.table(HEAD, rows)}\n")
    said = ", ".join(f"{name}: {number:,}" for name, number in wrong.items())
    print(f"Lost, doubled, stored though refused: {said or 'none'}.")
    sys.exit(bool(wrong))


def _strike(scene: Scene, name: str, seconds: float, wrong: Counter[str]) -> list[str]:
    """Strike, wait until all is well, and return a row; adds to `wrong`."""
    crowd = scene.crowd
    first, noise = len(crowd.writes), scene.tracebacks()
    with Memory(scene.web) as memory:
        began = time.monotonic()
        wrong.update(STRIKES[name](scene, seconds) or {})
        over = time.monotonic()
        wait_until(lambda: scene.is_ready() and crowd.can_write(), Exception)
        well_s = time.monotonic() - over
    writes = crowd.writes[first:]
    outcomes = Counter(write.outcome for write in writes)
    print(f"{name}: well after {well_s:.1f} s", file=sys.stderr, flush=True)
    return [
        name,
        f"{len(writes):,}",
        *(f"{outcomes[outcome]:,}" for outcome in HEAD[2:6]),
        f"{crowd.longest_s(crowd.writes, began):.1f}",
        f"{crowd.longest_s(crowd.lives, began):.2f}",
        f"{well_s:.1f}",
        f"{scene.tracebacks() - noise:,}",
        *(
            f"{number / MIB:,.0f}"
            for number in (memory.before_bytes, memory.peak_bytes, memory.now_bytes)
        ),
    ]


def _wrong(scene: Scene) -> Counter[str]:
    query = scene.backends.postgres.query
    mails = Counter(mail["Message-ID"] for mail in scene.mail.taken)
    wrong = judge(scene.crowd.writes, query)
    # Again with the same Message-ID only where a worker died between two steps.
    wrong["mails: sent twice"] = sum(number > 1 for number in mails.values())
    return +wrong


def _command() -> str:
    own = f"ARGS={shlex.join(sys.argv[1:])!r}" if sys.argv[1:] else ""
    return f"make faults {own}".strip()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.faults", description=__doc__)
    add = parser.add_argument
    add("--only", nargs="+", choices=STRIKES, default=[*STRIKES], metavar="STRUCK")
    add("--seconds", type=float, default=15, help="that each lasts")
    add("--members", type=int, default=20, help="who write; an even number")
    add("--pause", type=float, default=0.5, help="s between a member's writes")
    return parser.parse_args()


if __name__ == "__main__":
    main()

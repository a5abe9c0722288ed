"""make faults, small: it runs, and its judge sees what goes wrong."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.audit import STORED, judge
from tests.faults.crowd import Write

ROOT = Path(__file__).parent.parent
STRUCK = [
    "PostgreSQL stopped",
    "a table locked",
    "Redis killed",
    "web ended by SIGTERM",
]
SMALL = ["--seconds=6", "--members=4", "--pause=0.3", "--only", *STRUCK]


@pytest.mark.live
def test_nothing_is_lost_and_nobody_waits_for_what_hangs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *SMALL],
        cwd=ROOT,
        env=os.environ | {"MATCHMAKER_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    assert "Lost, doubled, stored though refused: none." in done.stdout
    rows = re.findall(r"^\| (.*) \|$", done.stdout, re.MULTILINE)[2:]
    table = {name: cells for name, *cells in (row.split(" | ") for row in rows)}
    assert [*table] == STRUCK
    assert all(int(cells[0].replace(",", "")) > 0 for cells in table.values())
    assert all(cells[8] == "0" for cells in table.values())  # tracebacks


def write(
    kind: str,
    key: str,
    status: int | None,
    *,
    told: bool = False,
    is_unknown: bool = False,
) -> Write:
    return Write(kind, key, status, told, is_unknown, began=0, took_s=0)


@pytest.mark.parametrize(
    ("writes", "stored", "wrong"),
    [
        ([write("event", "a", 201)], ["a"], {}),
        ([write("event", "a", None)], ["a"], {}),
        ([write("event", "a", 503, told=True)], [], {}),
        ([write("event", "a", 503, told=True, is_unknown=True)], ["a"], {}),
        ([write("event", "a", 201)], [], {"event: accepted and lost": 1}),
        ([write("event", "a", 201)], ["a", "a"], {"event: stored twice": 1}),
        (
            [write("event", "a", 503, told=True)],
            ["a"],
            {"event: refused and stored": 1},
        ),
        ([write("event", "a", 500)], [], {"event: answered 500": 1}),
        (
            [write("event", "a", 503)],
            [],
            {"event: answered 503 without Retry-After": 1},
        ),
    ],
)
def test_what_goes_wrong_is_seen(writes, stored, wrong):
    def query(sql: str) -> list[tuple]:
        return [(key,) for key in stored] if sql == STORED["event"] else []

    assert judge(writes, query) == wrong

"""Who talks: members with tokens, in rooms, in a database of the run's own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.harness.postgres import Backends

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Seat:
    id: int
    token: str


@dataclass(frozen=True)
class World:
    """`alone`: members of the lobby only; `together`: those in rooms beside it."""

    lobby: int
    alone: list[Seat]
    together: list[Seat]


def make(backends: Backends, *, alone: int, together: int, size: int) -> World:
    """Fill the empty database; `size`: of the organizations of those together."""
    counts = [f"--alone={alone}", f"--together={together}", f"--size={size}"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_chat.prepare", *counts],
        cwd=ROOT,
        env=os.environ | {"HTTPS": "off", "DEBUG": "off"} | backends.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    made = json.loads(done.stdout)
    seats = [Seat(**member) for member in made["members"]]
    return World(made["lobby"], seats[:alone], seats[alone:])

"""make bench-chat and make faults-chat, small: they run, and see what goes wrong."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench_chat.talker import Said, Talker
from tests.bench_chat.verdict import judge
from tests.bench_chat.world import Seat
from tests.harness import websocket

ROOT = Path(__file__).parent.parent
SMALL = [
    "--rounds=0", "--seconds=0.3", "--sockets=50",
    "--clients=20", "--size=10", "--pause=0.5", "--down=0.2",
    "--only", "faults", "fanout",
]  # fmt: skip
ROOM = 7


@pytest.mark.live
def test_nothing_is_lost_and_all_is_measured(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_chat", *SMALL],
        cwd=ROOT,
        env=os.environ | {"MATCHMAKER_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    talked = re.search(
        r"([\d,]+) messages said, ([\d,]+) accepted, .*; ([\d,]+) reconnects",
        done.stdout,
    )
    assert talked is not None, done.stdout
    said, accepted, reconnects = (int(n.replace(",", "")) for n in talked.groups())
    assert said == accepted >= 4 * 20
    assert reconnects > 0
    assert "Duplicates, gaps, losses: none." in done.stdout
    rows = dict(_rows(done.stdout))
    for name in ("a Daphne", "Redis", "PostgreSQL"):
        assert rows[name][0] == "1"
    assert rows["ours"][:2] == ["50", "0"]  # held, refused
    assert re.fullmatch(r"\*\*[\d.]+\*\* \(.*\)", rows["deliveries a second"][2])
    assert rows["not in turn or twice; closed"][0] == "0; 0"


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    for row in re.findall(r"^\| (.*) \|$", text, re.MULTILINE):
        name, *cells = (cell.strip() for cell in row.split(" | "))
        yield name, cells


def hearing(*numbers_and_names: tuple[int, str], said: str | None = None) -> Talker:
    """A talker that said `said`, twice, and heard these."""
    talker = Talker("", Seat(1, ""), random.Random(0), heard={ROOM: []})
    if said is not None:
        message = Said(said, ROOM, said_at=0, times=2)
        talker.said[said] = talker.outbox[said] = message
    for number, name in numbers_and_names:
        talker.hear({"room": ROOM, "id": number, "client_id": name})
    return talker


STORED = [(ROOM, 1, "a"), (ROOM, 2, "b"), (ROOM, 3, "c")]


def test_talker_that_heard_it_all_is_content():
    verdict = judge([hearing((1, "a"), (2, "b"), (3, "c"), said="b")], STORED)

    assert verdict.wrong == {}
    assert (verdict.said, verdict.accepted, verdict.heard) == (1, 1, 3)


def test_answer_to_a_repetition_is_no_duplicate():
    talker = hearing((1, "a"), (3, "c"), (2, "b"), (3, "c"), said="c")

    assert judge([talker], STORED).wrong == {}
    assert talker.outbox == {}


@pytest.mark.parametrize(
    ("heard", "stored", "wrong"),
    [
        ([(1, "a"), (2, "b"), (2, "b"), (3, "c")], STORED, {"duplicates": 1}),
        (
            [(1, "a"), (3, "c"), (2, "b"), (3, "c")],
            STORED,
            {"gaps": 1},
        ),
        ([(1, "a"), (2, "b")], STORED, {"other than what is stored": 1}),
        ([(1, "b"), (2, "a"), (3, "c")], STORED, {"other than what is stored": 1}),
        ([(1, "a")], [(ROOM, 2, "a")], {"holes in the numbers": 1}),
        (
            [(1, "a"), (2, "a")],
            [(ROOM, 1, "a"), (ROOM, 2, "a")],
            {"stored twice": 1},
        ),
    ],
    ids=["twice", "too early", "never", "swapped", "hole", "stored twice"],
)
def test_what_goes_wrong_is_seen(heard, stored, wrong):
    assert judge([hearing(*heard)], stored).wrong == wrong


def test_accepted_message_that_is_gone_is_seen():
    talker = hearing((1, "mine"), said="mine")

    assert judge([talker], [(ROOM, 1, "a")]).wrong == {
        "other than what is stored": 1,
        "accepted and lost": 1,
    }


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_frames_are_read_however_they_are_cut(length):
    payload = b"x" * length
    if length < 126:
        head = bytes([0x81, length])
    elif length < 65_536:
        head = b"\x81\x7e" + length.to_bytes(2)
    else:
        head = b"\x81\x7f" + length.to_bytes(8)
    both = (head + payload) * 2
    for cut in (0, 1, 3, len(head), len(both) - 1):
        first = websocket.received(both[:cut])
        second = websocket.received(first.rest + both[cut:])

        assert first.frames + second.frames == [(websocket.TEXT, payload)] * 2
        assert second.rest == b""

"""What was answered, held against what is stored."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.crowd import Write
from tests.harness.waiting import PATIENCE_S

# Likes are told apart by their two members, who may like each other again.
STORED = {
    "sign-up": "SELECT email FROM matchmaker_member WHERE email LIKE '%faults.example'",
    "message": "SELECT client_id::text FROM chat_message WHERE client_id IS NOT NULL",
    "event": "SELECT title FROM events_event",
    "like": "SELECT from_member_id || ' ' || to_member_id FROM matchmaker_like",
}
PICTURES = "SELECT avatar FROM matchmaker_member WHERE avatar <> ''"


def judge(writes: Sequence[Write], query: Callable[[str], list[tuple]]) -> Counter[str]:
    """Return what is wrong, by its name; nothing if all is well."""
    wrong = Counter(
        f"{w.kind}: answered {w.status}" + (" without Retry-After" * (w.status == 503))
        for w in writes
        if w.status is not None
        and w.status >= 500
        and not (w.status == 503 and w.is_told_when)
    )
    for kind, sql in STORED.items():
        stored = Counter(key for (key,) in query(sql))
        accepted = {w.key for w in writes if w.kind == kind and w.outcome == "accepted"}
        refused = {w.key for w in writes if w.kind == kind and w.outcome == "refused"}
        wrong[f"{kind}: accepted and lost"] += len(accepted - stored.keys())
        wrong[f"{kind}: stored twice"] += sum(n > 1 for n in stored.values())
        if kind != "like":
            wrong[f"{kind}: refused and stored"] += len(refused & stored.keys())
    return +wrong


def judge_pictures(media: Path, query: Callable[[str], list[tuple]]) -> Counter[str]:
    """Compare the stored names with the files; `media`: its folder.

    What a picture replaces is removed a moment later, so a difference must last.
    """
    until = time.monotonic() + PATIENCE_S / 4
    while (wrong := _differences(media, query)) and time.monotonic() < until:
        time.sleep(0.5)
    return wrong


def _differences(media: Path, query: Callable[[str], list[tuple]]) -> Counter[str]:
    named = {name for (name,) in query(PICTURES)}
    there = {
        str(file.relative_to(media)) for file in media.rglob("*") if file.is_file()
    }
    return +Counter(
        {
            "pictures: named, and no file": len(named - there),
            "pictures: a file that nobody names": len(there - named),
        }
    )

"""What the talkers have heard, held against what was accepted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench_chat.talker import Said, Talker

STORED = "SELECT room_id, number, client_id::text FROM chat_message ORDER BY 1, 2"


@dataclass(frozen=True)
class Verdict:
    """`wrong` is empty when each member heard each accepted message once, in order."""

    said: int
    accepted: int
    heard: int
    repeated: int
    reconnects: int
    errors: Counter[str]
    wrong: Counter[str]


def judge(talkers: Sequence[Talker], rows: Sequence[tuple[int, int, str]]) -> Verdict:
    """When nobody talks any more and everybody has heard; `rows`: of STORED."""
    stored: dict[int, list[str]] = {}
    wrong = sum((talker.wrong for talker in talkers), Counter[str]())
    for room, number, name in rows:
        names = stored.setdefault(room, [])
        names.append(name)
        wrong["holes in the numbers"] += number != len(names)
    for talker in talkers:
        for room, heard in talker.heard.items():
            names = [name for name, _at in heard]
            wrong["other than what is stored"] += names != stored.get(room, [])
    said = [said for talker in talkers for said in talker.said.values()]
    accepted = [each for each in said if each.number is not None]
    for each in accepted:
        wrong["accepted and lost"] += not _is_there(each, stored)
    names = [name for names in stored.values() for name in names]
    wrong["stored twice"] += len(names) - len(set(names))
    return Verdict(
        said=len(said),
        accepted=len(accepted),
        heard=sum(len(heard) for t in talkers for heard in t.heard.values()),
        repeated=sum(each.times > 1 for each in said),
        reconnects=sum(talker.connections - 1 for talker in talkers),
        errors=sum((talker.errors for talker in talkers), Counter[str]()),
        wrong=+wrong,
    )


def _is_there(said: Said, stored: dict[int, list[str]]) -> bool:
    assert said.number is not None
    names = stored.get(said.room, [])
    return names[said.number - 1 : said.number] == [said.name]

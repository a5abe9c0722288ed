"""Random filters: each is answered or refused, and none is a 500."""

import random

from tests.events.factories import EventFactory
from tests.test_cql2 import asked

WORDS = [
    "title", "capacity", "date", "geometry", "all_day", "attending", "nothing", "AND",
    "OR", "NOT", "LIKE", "IN", "IS", "NULL", "BETWEEN", "=", "<>", "<", ">=", "(", ")",
    ",", "'a'", "'%'", "''", "'", "\"", "\\", "1", "-1", "1.5", "1e9", "TRUE", "FALSE",
    "DATE('2026-05-01')", "TIMESTAMP('2026-05-01T00:00:00Z')", "INTERVAL('..', '..')",
    "S_INTERSECTS(", "S_DWITHIN(", "T_AFTER(", "T_EQUALS(", "POINT(1 2)", "POINT(",
    "BBOX(1,2,3,4)", "BBOX(", "POLYGON((0 0,1 0,1 1,0 0))", ";", "--", "%s", "{}", "\0",
    "é", "😀", "\u202e", "CASEI(", "pg_sleep(1)",
]  # fmt: skip


def test_random_filters_are_200_or_400(as_ann, db):
    EventFactory(lon=1, lat=2)
    chance = random.Random(16)
    statuses: dict[int, int] = {}

    for _try in range(1_500):
        words = chance.choices(WORDS, k=chance.randint(1, 9))
        if chance.random() < 0.6:  # near enough to what is right
            words = [
                chance.choice(WORDS[:7]), chance.choice(["=", "<>", "<", ">=", "LIKE"]),
                chance.choice(WORDS[22:37]),
            ]  # fmt: skip
        status = asked(as_ann, " ".join(words)).status_code
        statuses[status] = statuses.get(status, 0) + 1

    assert statuses.keys() == {200, 400}
    assert statuses[200] > 50

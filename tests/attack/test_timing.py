"""make timing, small: it runs and measures. The hashes that doors cost are counted in
tests/test_one_mailbox.py, and the statements of a reset in tests/matchmaker/test_reset.
"""

import random

import pytest

from tests.attack import timing
from tests.harness.daphne import daphne
from tests.live.conftest import redis_url

__all__ = ["redis_url"]

ONE_ROUND = "tests.documents.settings"


def drawn(mean_ms: float, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(mean_ms, 1) for _ in range(300)]


@pytest.mark.live
def test_every_door_is_measured(transactional_db, tmp_path, redis_url):
    emails = timing.sign_up()
    with daphne(tmp_path, REDIS_URL=redis_url, DJANGO_SETTINGS_MODULE=ONE_ROUND) as at:
        times = timing.measure(at.url, emails, rounds=2)

    assert times.keys() == timing.DOORS.keys()
    for by_whose in times.values():
        counts = {whose: len(each) for whose, each in by_whose.items()}
        assert counts == dict.fromkeys(timing.WHOSE, 2)
        assert all(ms > 0 for each in by_whose.values() for ms in each)
    head, _line, *rows = timing.table(times)
    assert len(rows) == len(timing.DOORS)
    assert {row.count("|") for row in rows} == {head.count("|")}


def test_times_of_two_kinds_differ_or_do_not():
    assert not timing.differs(drawn(10, 1), drawn(10, 2))
    assert timing.differs(drawn(10, 1), drawn(11, 2))
    assert timing.differs(drawn(11, 1), drawn(10, 2))
    # By chance, and by what nobody could use.
    assert not timing.differs([1, 2], [3, 4])
    assert not timing.differs(drawn(10, 1) * 9, drawn(10.2, 2) * 9)


def test_rank_test_is_that_of_the_books():
    """Aesop's hare and tortoises: U is 25 of 36, and z is 7 / √39."""
    hares, tortoises = [2, 3, 4, 5, 6, 12], [1, 7, 8, 9, 10, 11]

    share, p = timing.mann_whitney(tortoises, hares)

    assert (share, round(p, 4)) == (25 / 36, 0.2623)
    assert timing.mann_whitney([1, 1], [1, 1]) == (0.5, 1)

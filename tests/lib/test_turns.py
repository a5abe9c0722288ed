"""Turns: a few work, a few wait, the others are told to come again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from project.lib.turns import Busy, Turns, turns
from tests.harness.waiting import PATIENCE_S, wait_until


def test_a_few_work_a_few_wait_and_the_others_are_refused(settings):
    settings.BUSY_WAIT_S = PATIENCE_S
    both, working, done = Turns(at_once=2, waiting=1), [], Event()

    def work(number: int) -> int:
        with both.taken():
            working.append(number)
            done.wait(PATIENCE_S)
        return number

    with ThreadPoolExecutor(3) as threads:
        first = [threads.submit(work, number) for number in range(2)]
        wait_until(lambda: len(working) == 2)
        third = threads.submit(work, 2)
        wait_until(lambda: _is_full(both))
        assert len(working) == 2
        done.set()

    assert [one.result() for one in (*first, third)] == [0, 1, 2]
    with both.taken(), both.taken():
        pass


def _is_full(some: Turns) -> bool:
    """Nobody else may even wait, or they would be refused only after a long time."""
    if not some._present.acquire(blocking=False):
        return True
    some._present.release()
    return False


def test_waiting_for_a_turn_ends(settings):
    settings.BUSY_WAIT_S = 0.05
    one = Turns(at_once=1, waiting=1)

    for _again in range(2):
        with one.taken(), pytest.raises(Busy), one.taken():
            pass
    with one.taken():
        pass


def test_a_turn_ends_with_an_error():
    one = Turns(at_once=1, waiting=0)

    for _again in range(2):
        with pytest.raises(ZeroDivisionError), one.taken():
            _ = 1 / 0


@pytest.mark.parametrize(("threads", "waiting"), [(1, 0), (4, 1), (8, 2)])
def test_most_web_threads_are_left_to_others(settings, threads, waiting):
    settings.WEB_THREADS, settings.BUSY_WAIT_S = threads, 0

    some = turns(1)

    places = some._present._initial_value
    assert places == 1 + waiting

"""Turns: a few work, a few wait, the others are told to come again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from project.lib.turns import Busy, Turns
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


def test_waits_end_before_their_requests(settings):
    """So that a client is told why it is to come again."""
    assert settings.BUSY_WAIT_S < settings.REQUEST_TIMEOUT_S
    busiest_s = settings.BUSY_WAIT_S + settings.PICTURE_TIMEOUT_S
    assert busiest_s < settings.UPLOAD_TIMEOUT_S

"""Due rows: each is somebody's, and nobody's for ever."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from matchmaker import services
from matchmaker.models import MatchMail
from matchmaker.tasks import MATCH_MAIL
from project.lib.background import due
from tests.factories import MemberFactory
from tests.threads import at_once


def make_rows(number: int) -> list[int]:
    """Of mails to a matched member each; give their ids."""
    ann = MemberFactory(email=None, phone_number="+79991234567", password=None)
    for member in MemberFactory.create_batch(number, password=None):
        services.like_member(ann, member.pk)
        services.like_member(member, ann.pk)
    return [*MatchMail.objects.order_by("pk").values_list("pk", flat=True)]


def done(pk: int) -> None:
    MatchMail.objects.filter(pk=pk).update(sent_at=Now())


@pytest.mark.django_db(transaction=True)
def test_row_is_taken_by_one_of_many():
    (pk,) = make_rows(1)
    calls: list[int] = []
    work = replace(MATCH_MAIL, do=calls.append)

    results = at_once(*[lambda: due.attempt(work, pk)] * 20)

    assert sorted(results) == [False] * 19 + [True]
    assert calls == [pk]
    assert MatchMail.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_do_each_row_once():
    pks = make_rows(100)
    calls: list[int] = []

    def do(pk: int) -> None:
        calls.append(pk)
        done(pk)

    work = replace(MATCH_MAIL, do=do)
    taken = at_once(*[lambda: due.sweep(work)] * 3)

    assert sorted(calls) == pks
    assert sum(taken) == 100
    assert not MatchMail.objects.exclude(attempts=1).exists()


def test_failing_row_stops_no_other_and_comes_again_later(db, caplog):
    first, *others = pks = make_rows(5)
    calls: Counter[int] = Counter()

    def do(pk: int) -> None:
        calls[pk] += 1
        if pk == first:
            raise OSError("no route to host")
        done(pk)

    work = replace(MATCH_MAIL, do=do)

    assert [due.sweep(work) for _time in range(2)] == [5, 0]
    assert calls == dict.fromkeys(pks, 1)
    assert "no route to host" in caplog.text
    pause = MatchMail.objects.values_list(F("next_attempt_at") - Now(), flat=True)
    assert timedelta(seconds=35) < pause.get(pk=first) <= timedelta(seconds=60)

    MatchMail.objects.update(next_attempt_at=Now())
    assert due.sweep(work) == 1
    assert calls == dict.fromkeys(others, 1) | {first: 2}


@pytest.mark.django_db(transaction=True)
def test_row_that_somebody_has_locked_stops_no_other():
    locked, *others = make_rows(5)
    calls: list[int] = []
    work = replace(MATCH_MAIL, do=calls.append)

    with transaction.atomic():
        MatchMail.objects.select_for_update().get(pk=locked)
        (taken,) = at_once(lambda: due.sweep(work))

    assert (taken, calls) == (4, others)
    assert due.sweep(work) == 1


@pytest.mark.django_db(transaction=True)
def test_row_that_cannot_be_taken_stops_no_other_nor_keeps_the_sweeper_busy():
    broken, *others = make_rows(5)
    MatchMail.objects.filter(pk=broken).update(attempts=2**31 - 1)
    calls: list[int] = []
    work = replace(MATCH_MAIL, do=calls.append)

    assert [due.sweep(work) for _time in range(2)] == [4, 0]
    assert calls == others


def test_row_whose_worker_died_comes_again(db):
    (pk,) = make_rows(1)
    died = replace(MATCH_MAIL, do=lambda pk: None)
    assert due.attempt(died, pk)

    work = replace(MATCH_MAIL, do=done)
    assert due.sweep(work) == 0
    MatchMail.objects.update(next_attempt_at=Now())
    assert due.sweep(work) == 1

    assert MatchMail.objects.get().sent_at is not None


def test_sweep_begins_with_the_longest_waiting_and_ends_when_told(db):
    pks = make_rows(4)
    for i, pk in enumerate(pks):
        MatchMail.objects.filter(pk=pk).update(
            next_attempt_at=Now() - timedelta(minutes=i)
        )
    calls: list[int] = []

    taken = due.sweep(
        replace(MATCH_MAIL, do=calls.append), keep_going=lambda: len(calls) < 2
    )

    assert taken == 2
    assert calls == [pks[3], pks[2]]


def test_row_that_is_not_due_yet_is_left(db):
    (pk,) = make_rows(1)
    MatchMail.objects.update(next_attempt_at=Now() + timedelta(minutes=1))
    work = replace(MATCH_MAIL, do=done)

    assert not due.attempt(work, pk)
    assert due.sweep(work) == 0


def test_command_sweeps_once_until_nothing_is_due(db, mailoutbox, monkeypatch):
    make_rows(5)
    monkeypatch.setattr(due, "ROWS_A_SWEEP", 2)

    call_command("sweep", "--once")

    assert len(mailoutbox) == 5
    assert not MatchMail.objects.filter(sent_at=None).exists()


def test_lag_is_the_longest_wait_of_what_is_due(db):
    assert due.lag_s(MATCH_MAIL) == 0

    sent, failing, given_up, later = make_rows(4)
    ages = {sent: 500, failing: 300, given_up: 400, later: -100}
    for pk, age_s in ages.items():
        due_at = Now() - timedelta(seconds=age_s)
        MatchMail.objects.filter(pk=pk).update(due_at=due_at)
    done(sent)
    MatchMail.objects.filter(pk=given_up).update(given_up_at=Now())
    # Between attempts it is no less late.
    MatchMail.objects.filter(pk=failing).update(
        next_attempt_at=Now() + timedelta(minutes=10)
    )

    assert 300 <= due.lag_s(MATCH_MAIL) < 305

    done(failing)
    assert due.lag_s(MATCH_MAIL) == 0


class Broken:
    """An actor whose broker is away."""

    sent: list[tuple[int, int | None]]

    def __init__(self) -> None:
        self.sent = []

    def send_with_options(self, *, args: tuple[int], delay: int | None) -> None:
        self.sent.append((*args, delay))
        raise ConnectionError


@pytest.mark.django_db(transaction=True)
def test_message_goes_after_commit_and_its_loss_is_borne(monkeypatch):
    actor = Broken()
    monkeypatch.setitem(due.KINDS, "test", replace(MATCH_MAIL, actor=actor))

    with transaction.atomic():
        due.nudge("test", 7)
        due.nudge("test", 8, delay_ms=500)
        assert actor.sent == []
    with transaction.atomic():
        due.nudge("test", 9)
        transaction.set_rollback(True)

    assert actor.sent == [(7, None), (8, 500)]

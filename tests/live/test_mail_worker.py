"""One mail each, whatever dies: real workers, sweepers, Redis and mail server."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.db.models.functions import Now
from django_dramatiq.models import Task
from dramatiq.brokers.redis import RedisBroker
from rest_framework.authtoken.models import Token

from events.models import NamingMail
from events.services import create_organization
from matchmaker import services
from matchmaker.models import AccountMail, Match, MatchMail
from matchmaker.tasks import send_match_mail
from tests.factories import MemberFactory
from tests.harness.daphne import Server, daphne
from tests.harness.processes import SWEEPER, WORKER
from tests.harness.requests import new_email
from tests.harness.waiting import PATIENCE_S, wait_until


class Someone:
    """A member, and its client."""

    def __init__(self, server: Server, key: str, email: str) -> None:
        self.email = email
        self.client = server.client(headers={"Authorization": f"Token {key}"})
        self.pk = Token.objects.get(key=key).user_id

    def like(self, other: "Someone") -> httpx.Response:
        return self.client.post(f"/api/clients/{other.pk}/match/")

    def unlike(self, other: "Someone") -> httpx.Response:
        return self.client.delete(f"/api/clients/{other.pk}/match/")


@pytest.fixture
def start(start_mailing):
    return start_mailing


@pytest.fixture
def new_member(server, new_key) -> Iterator[Callable[..., Someone]]:
    made: list[Someone] = []

    def make(at: Server = server) -> Someone:
        email = new_email()
        made.append(Someone(at, new_key(email=email, first_name="Ева"), email))
        return made[-1]

    yield make
    for someone in made:
        someone.client.close()


@pytest.fixture
def match(new_member) -> Callable[[int], list[str]]:
    """Have this many pairs like each other; give the addresses of all."""

    def make(pairs: int) -> list[str]:
        addresses = []
        for _pair in range(pairs):
            one, other = new_member(), new_member()
            assert one.like(other).status_code == other.like(one).status_code == 201
            addresses += [one.email, other.email]
        return addresses

    return make


def one_each(addresses: list[str]) -> dict[str, int]:
    return dict.fromkeys(addresses, 1)


def all_recorded() -> bool:
    return not MatchMail.objects.filter(sent_at=None).exists()


def time_passes() -> None:
    """What waits for its next attempt has waited long enough."""
    MatchMail.objects.update(next_attempt_at=Now() - timedelta(seconds=1))


def test_worker_alone_mails_both(start, match, mail_server):
    start(WORKER)

    addresses = match(1)
    wait_until(all_recorded)

    assert mail_server.seen() == one_each(addresses)
    assert len(mail_server.taken) == 2
    # The admin's table of tasks, which the worker writes after the work.
    wait_until(lambda: Task.tasks.filter(status=Task.STATUS_DONE).count() == 2)


def test_worker_killed_between_hand_over_and_record(start, match, mail_server):
    worker = start(WORKER, EMAIL_TIMEOUT_S="1").wait_until_ready()
    killed_over: list[int] = []

    def kill_once() -> None:
        if not killed_over:
            killed_over.append(len(mail_server.taken))
            worker.kill()

    mail_server.before_answer = kill_once
    addresses = match(1)
    wait_until(lambda: not worker.is_alive())
    assert killed_over == [1]
    assert not all_recorded()
    assert Task.tasks.filter(status=Task.STATUS_RUNNING).exists()
    sweeper = start(SWEEPER, EMAIL_TIMEOUT_S="1")
    wait_until(all_recorded)  # the dead worker's lease of six seconds runs out

    assert mail_server.seen() == one_each(addresses)
    first = mail_server.taken[0]["Message-ID"]
    handed_over = [mail["Message-ID"] for mail in mail_server.taken]
    assert handed_over.count(first) == 2
    assert sweeper.terminate() == 0


@pytest.mark.parametrize("command", [WORKER, SWEEPER])
def test_told_to_stop_over_a_mail_it_ends_that_one(start, match, mail_server, command):
    process = start(command).wait_until_ready()
    told: list[int] = []

    def stop_once() -> None:
        if not told:
            told.append(len(mail_server.taken))
            process.stop()

    mail_server.slowness_s = 1  # after it has been told
    mail_server.before_storing = stop_once
    match(3)
    wait_until(lambda: not process.is_alive())

    assert process.terminate() == 0
    recorded = MatchMail.objects.exclude(sent_at=None).count()
    assert recorded == len(mail_server.taken) >= 1


def test_worker_killed_before_hand_over(start, match, mail_server):
    worker = start(WORKER)
    mail_server.before_storing = worker.kill

    addresses = match(1)
    wait_until(lambda: not worker.is_alive())
    mail_server.before_storing = lambda: None
    time_passes()
    start(SWEEPER)
    wait_until(all_recorded)

    assert mail_server.seen() == one_each(addresses)


def test_redis_flushed_while_mails_are_due(start, match, mail_server, queue):
    addresses = match(10)
    assert queue.dbsize()

    queue.flushdb()
    start(SWEEPER)
    start(WORKER)
    wait_until(all_recorded)

    assert mail_server.seen() == one_each(addresses)
    assert len(mail_server.taken) == 20


def test_mail_server_down_and_up_again(start, match, mail_server):
    mail_server.stop()
    start(WORKER).wait_until_ready()
    addresses = match(1)
    start(SWEEPER)
    for attempts in (1, 2, 3):
        tried = MatchMail.objects.filter(attempts=attempts, next_attempt_at__gt=Now())
        wait_until(lambda rows=tried: rows.count() == 2)
        if attempts == 3:
            mail_server.start()
        time_passes()
    wait_until(all_recorded)

    assert mail_server.seen() == one_each(addresses)
    assert len(mail_server.taken) == 2


def test_workers_and_sweepers_at_once_send_nothing_twice(start, mail_server, queue):
    members = MemberFactory.create_batch(100, password=None)
    for one, other in zip(members[::2], members[1::2], strict=True):
        services.like_member(one, other.pk)
        services.like_member(other, one.pk)
    MatchMail.objects.update(next_attempt_at=Now() + timedelta(hours=1))
    senders = [f"{i}@matchmaker.localhost" for i in range(4)]
    for sender, command in zip(senders, [WORKER, SWEEPER] * 2, strict=True):
        start(command, EMAIL_FROM=sender)
    start.all_ready()
    mail_server.slowness_s = 0.1  # for long enough that each gets something to do
    broker = RedisBroker(client=queue)

    time_passes()
    for pk in MatchMail.objects.values_list("pk", flat=True):
        broker.enqueue(send_match_mail.message(pk))
    wait_until(all_recorded)

    assert mail_server.seen() == one_each([member.email for member in members])
    assert len(mail_server.taken) == 100
    assert {mail["From"] for mail in mail_server.taken} == {*senders}
    assert not MatchMail.objects.exclude(attempts=1).exists()


def test_storm_of_likes_mails_each_at_most_once(start, new_member, mail_server):
    start(WORKER)
    start(SWEEPER)
    start.all_ready()
    one, other = new_member(), new_member()

    def storm(who: Someone, whom: Someone) -> set[int]:
        calls = [who.like, who.unlike] * 15 + [who.like]
        return {call(whom).status_code for call in calls}

    with ThreadPoolExecutor(4) as threads:
        pairs = [(one, other), (other, one)] * 2
        statuses = set().union(*threads.map(lambda pair: storm(*pair), pairs))
    for who, whom in pairs[:2]:  # of two threads, one may have unliked last
        assert who.like(whom).status_code in (200, 201)
    wait_until(all_recorded)

    assert statuses == {200, 201, 204}
    assert Match.objects.count() == 1
    assert mail_server.seen() == one_each([one.email, other.email])
    assert len(mail_server.taken) == 2


def test_redis_away_delays_no_like_and_loses_no_mail(
    start, new_member, mail_server, tmp_path
):
    addresses = []
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        url = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        with daphne(tmp_path, REDIS_URL=url, THROTTLES="on") as server:
            for close in (lambda: None, deaf.close):  # first it hangs, then it is gone
                close()
                one, other = new_member(server), new_member(server)
                assert one.like(other).status_code == 201
                began = time.monotonic()
                answer = other.like(one)

                assert answer.status_code == 201
                assert answer.json()["email"] == one.email
                assert time.monotonic() - began < PATIENCE_S
                addresses += [one.email, other.email]
    start(SWEEPER)
    wait_until(all_recorded)

    assert mail_server.seen() == one_each(addresses)
    assert len(mail_server.taken) == 4


def test_lost_number_is_told_once_though_its_sweeper_is_killed(start, mail_server):
    phone = "+79991234567"
    holder = MemberFactory(email=new_email(), phone_number=phone, password=None)
    sweeper = start(SWEEPER).wait_until_ready()
    mail_server.before_storing = sweeper.kill

    prover = MemberFactory(email=None, phone_number="+79997654321", password=None)
    services.prove_phone(prover, phone)
    wait_until(lambda: not sweeper.is_alive())
    mail_server.before_storing = lambda: None
    AccountMail.objects.update(next_attempt_at=Now() - timedelta(seconds=1))
    start(SWEEPER)
    wait_until(lambda: not AccountMail.objects.filter(sent_at=None).exists())

    assert mail_server.seen() == {holder.email: 1}


def test_who_is_named_is_told_once_though_its_sweeper_is_killed(start, mail_server):
    named = MemberFactory(email=new_email(), password=None)
    sweeper = start(SWEEPER).wait_until_ready()
    mail_server.before_storing = sweeper.kill

    create_organization(MemberFactory(password=None), users=[named], title="Club")
    wait_until(lambda: not sweeper.is_alive())
    assert not NamingMail.objects.exclude(sent_at=None).exists()
    mail_server.before_storing = lambda: None
    NamingMail.objects.update(next_attempt_at=Now() - timedelta(seconds=1))
    start(SWEEPER)
    wait_until(lambda: not NamingMail.objects.filter(sent_at=None).exists())

    assert mail_server.seen() == {named.email: 1}


def test_link_for_a_new_password_is_mailed_once_though_its_sweeper_is_killed(
    start, client, mail_server
):
    member = MemberFactory(email=new_email(), password=None)
    sweeper = start(SWEEPER).wait_until_ready()
    mail_server.before_storing = sweeper.kill

    for email in (member.email.upper(), new_email()):  # the other is nobody's
        answer = client.post("/api/clients/reset_password/", json={"email": email})
        assert answer.status_code == 204
    wait_until(lambda: not sweeper.is_alive())
    mail_server.before_storing = lambda: None
    AccountMail.objects.update(next_attempt_at=Now() - timedelta(seconds=1))
    start(SWEEPER)
    wait_until(lambda: not AccountMail.objects.filter(sent_at=None).exists())

    assert mail_server.seen() == {member.email: 1}
    (mail,) = mail_server.boxes[member.email].values()
    uid, token = re.search(r"#reset/(\S+)/(\S+)", mail.get_content()).groups()
    given = {"uid": uid, "token": token, "new_password": "another horse 8"}
    answer = client.post("/api/clients/reset_password_confirm/", json=given)
    assert answer.status_code == 204

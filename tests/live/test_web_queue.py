"""Threads and the queue before them: full, shared, and left out by liveness."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import httpx
import pytest
from django.db import transaction

from matchmaker.models import Like, Member
from tests.factories import MemberFactory
from tests.harness.daphne import Server, daphne
from tests.harness.database import Backends
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.referrals.phones import new_phone
from tests.referrals.twilio_server import SID, TOKEN, twilio_server

THREADS, QUEUE = 4, 4


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    with daphne(
        tmp_path_factory.mktemp("live"),
        REDIS_URL=redis_url,
        WEB_THREADS=str(THREADS),
        WEB_QUEUE=str(QUEUE),
        WEB_SIGN_IN_SHARE="0.5",
        WEB_ADDRESS_SHARE="1",
    ) as made:
        yield made


@pytest.fixture
def backends(server: Server, transactional_db: None) -> Backends:
    return Backends(server.name)


@contextmanager
def held(member: Member) -> Iterator[None]:
    """Whoever likes the member waits until the block ends."""
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)
        yield


def statuses(answers: "list[Future[httpx.Response]]") -> list[int]:
    return sorted(each.result().status_code for each in answers)


def test_member_beyond_its_share_waits_and_others_are_served(
    server, client, new_key, backends
):
    """Two threads and two places in the queue are one's share here."""
    other = MemberFactory()
    mine, somebodys = ({"Authorization": f"Token {new_key()}"} for _i in range(2))

    def like(_i: int) -> httpx.Response:
        return client.post(f"/api/clients/{other.pk}/match/", headers=mine)

    with ThreadPoolExecutor(5) as threads:
        with held(other):
            answers = [threads.submit(like, i) for i in range(5)]
            (refused,) = wait(answers, return_when="FIRST_COMPLETED").done
            wait_until(lambda: len(backends.pids("active")) == 2)

            assert client.get("/api/clients/me/", headers=somebodys).status_code == 200
            assert len(backends.pids("active")) == 2
        assert refused.result().status_code == 429
        assert statuses(answers) == [200, 200, 200, 201, 429]

    answer = refused.result()
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json() == {
        "detail": "Too many requests at once. Wait a moment.",
        "code": "throttled",
    }


def test_full_queue_is_503_and_liveness_is_answered(server, client, new_key, backends):
    other = MemberFactory()
    keys = [new_key() for _i in range(THREADS + QUEUE + 1)]

    def like(key: str) -> httpx.Response:
        headers = {"Authorization": f"Token {key}", "Accept-Language": "ru"}
        return client.post(f"/api/clients/{other.pk}/match/", headers=headers)

    with ThreadPoolExecutor(len(keys)) as threads:
        with held(other):
            answers = [threads.submit(like, key) for key in keys]
            (refused,) = wait(answers, return_when="FIRST_COMPLETED").done
            wait_until(lambda: len(backends.pids("active")) == THREADS)

            live = client.get("/health/live")
            assert not any(each.done() for each in answers if each is not refused)
        assert statuses(answers) == [201] * (THREADS + QUEUE) + [503]

    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    answer = refused.result()
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.json()["code"] == "unavailable"
    assert answer.json()["detail"].startswith("Сервис временно недоступен")


def test_clients_that_leave_take_no_place_with_them(server, client, new_key, backends):
    other = MemberFactory()
    keys = [new_key() for _i in range(THREADS + QUEUE)]

    with held(other):
        leaving = [server.connect() for _key in keys]
        for each, key in zip(leaving, keys, strict=True):
            each.sendall(
                f"POST /api/clients/{other.pk}/match/ HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Token {key}\r\nContent-Length: 0\r\n\r\n".encode()
            )
        wait_until(lambda: len(backends.pids("active")) == THREADS)
        for each in leaving:
            each.close()
    wait_until(lambda: Like.objects.count() == len(keys))

    def like(key: str) -> int:
        headers = {"Authorization": f"Token {key}"}
        return client.post(
            f"/api/clients/{other.pk}/match/", headers=headers
        ).status_code

    with ThreadPoolExecutor(len(keys)) as threads:
        assert {*threads.map(like, keys)} == {200}


def test_thread_that_another_service_holds_is_answered_for(
    tmp_path, redis_url, transactional_db
):
    """What the thread would store afterwards it may not."""
    environment = {
        "REDIS_URL": redis_url,
        "REQUEST_TIMEOUT_S": "1",
        "SMS_TIMEOUT_S": str(PATIENCE_S),
        "SMS_BACKEND": "referrals.sms.twilio.Twilio",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+15005550006",
    }
    with (
        twilio_server() as twilio,
        daphne(tmp_path, TWILIO_API_URL=twilio.url, **environment) as server,
        server.client() as client,
    ):
        twilio.hangs = True

        answer = client.post(
            "/api/auth/request_code/", json={"phone_number": new_phone()}
        )

        assert len(twilio.asked) == 1
        assert not twilio.is_over.is_set()
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"
        twilio.is_over.set()

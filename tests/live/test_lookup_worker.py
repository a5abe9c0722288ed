"""E-mails of new members are looked up, whatever dies: real processes, real HTTP."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from django.db.models.functions import Now
from django.utils import timezone

from matchmaker.models import Member
from referrals.models import EmailLookup
from tests.harness.daphne import Server, daphne
from tests.harness.processes import SWEEPER, WORKER, Processes
from tests.harness.requests import PASSWORD, new_email
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.referrals.hunter_server import (
    COMBINED,
    COMPANY,
    PERSON,
    VERIFIED,
    VERIFIER,
    Answer,
    HunterServer,
)

KEY = "a-key-of-ours"


@pytest.fixture
def hunter() -> Iterator[HunterServer]:
    with HunterServer() as server:
        yield server


@pytest.fixture
def environment(hunter: HunterServer) -> dict[str, str]:
    return {
        "HUNTER_API_KEY": KEY,
        "HUNTER_URL": hunter.url,
        "HUNTER_TIMEOUT_S": "2",
        "LOG_LEVEL": "DEBUG",
    }


@pytest.fixture
def start(start: Processes, environment: dict[str, str]) -> Processes:
    start.environment |= environment
    return start


@pytest.fixture
def web(tmp_path, environment, redis_url) -> Iterator[Server]:
    with daphne(tmp_path, REDIS_URL=redis_url, **environment) as server:
        yield server


@pytest.fixture
def sign_up() -> Iterator[Callable[[Server], httpx.Client]]:
    """Sign up by e-mail and in; give the client."""
    clients: list[httpx.Client] = []

    def make(web: Server) -> httpx.Client:
        client = web.client()
        clients.append(client)
        given = {"email": new_email(), "password": PASSWORD}
        answer = client.post("/api/user/sign-up/", json=given)
        assert answer.status_code == 201
        assert answer.elapsed.total_seconds() < PATIENCE_S
        pair = client.post("/api/user/sign-in/", json=given).json()
        client.headers["Authorization"] = f"Bearer {pair['access']}"
        # What Hunter knows of an e-mail is shown once that is proven.
        mine = Member.objects.filter(email=given["email"])
        mine.update(email_verified_at=timezone.now())
        return client

    yield make
    for client in clients:
        client.close()


def profile(client: httpx.Client) -> tuple[object, object]:
    shown = client.get("/api/clients/me/").json()
    return shown["email_status"], shown["enrichment"]


def all_answered() -> bool:
    return not EmailLookup.objects.filter(done_at=None).exists()


def time_passes() -> None:
    """What waits for its next attempt has waited long enough."""
    EmailLookup.objects.update(next_attempt_at=Now() - timedelta(seconds=1))


ANSWERS = ("valid", {"person": PERSON, "company": COMPANY})


def test_worker_alone_answers_both_and_logs_neither_key_nor_email(
    start, web, sign_up, hunter, tmp_path
):
    start(WORKER)

    client = sign_up(web)
    wait_until(all_answered)

    assert profile(client) == ANSWERS
    assert sorted(hunter.paths()) == [COMBINED, VERIFIER]
    assert {asked.headers["x-api-key"] for asked in hunter.asked} == {KEY}
    logs = [web.log, *tmp_path.glob("*.log")]
    text = "".join(log.read_text() for log in logs)
    assert "Worker process is ready" in text
    assert KEY not in text
    assert "@live.example.com" not in text
    assert "%40live.example.com" not in text


def test_worker_killed_while_hunter_thinks(start, web, sign_up, hunter, queue):
    hunter.open.clear()
    worker = start(WORKER)
    client = sign_up(web)
    wait_until(lambda: len(hunter.asked) == 2)

    worker.kill()
    queue.flushdb()
    hunter.open.set()
    time_passes()
    start(SWEEPER)
    wait_until(all_answered)

    assert profile(client) == ANSWERS
    assert sorted(hunter.paths()) == sorted([COMBINED, VERIFIER] * 2)


def test_hunter_ill_and_well_again(start, web, sign_up, hunter):
    silent = Answer(body=VERIFIED, pause_s=1)  # longer than anybody listens
    hunter.answer(VERIFIER, Answer(202), silent, Answer(500), Answer(body=VERIFIED))
    start(SWEEPER)
    client = sign_up(web)
    lookups = EmailLookup.objects.filter(kind="verifier")

    for attempts in (1, 2, 3):
        tried = lookups.filter(attempts=attempts, next_attempt_at__gt=Now())
        wait_until(tried.exists)
        wait_until(lambda n=attempts: hunter.paths().count(VERIFIER) == n)
        assert profile(client)[0] is None
        time_passes()
    wait_until(all_answered)

    assert profile(client) == ANSWERS
    assert hunter.paths().count(COMBINED) == 1


def test_redis_away_delays_no_sign_up_and_loses_no_question(
    start, environment, sign_up, hunter, tmp_path
):
    clients = []
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        url = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        with daphne(tmp_path, REDIS_URL=url, **environment) as web:
            for close in (lambda: None, deaf.close):  # first it hangs, then it is gone
                close()
                clients.append(sign_up(web))
            start(SWEEPER)
            wait_until(all_answered)
            assert [profile(client) for client in clients] == [ANSWERS] * 2

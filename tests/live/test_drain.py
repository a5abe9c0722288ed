"""SIGTERM: what is in work is answered, sockets come again, and the process goes."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed

from events.models import Organization
from tests.harness.certificate import Certificate
from tests.harness.chat import Chat, new_member
from tests.harness.daphne import Server, daphne, has_ended
from tests.harness.database import Backends
from tests.harness.waiting import wait_until

THREADS, WAITING = 8, 4


@pytest.fixture
def server(
    request: pytest.FixtureRequest,
    transactional_db: None,
    tmp_path_factory: pytest.TempPathFactory,
    redis_url: str,
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("live")
    certificate = (
        Certificate(folder) if getattr(request, "param", "") == "tls" else None
    )
    settings = {"REDIS_URL": redis_url, "WEB_THREADS": str(THREADS)}
    with daphne(folder, certificate, **settings) as made:
        yield made


def idle_client(server: Server) -> socket.socket:
    """A connection that is kept for a next request."""
    client = server.connect()
    if server.tls is not None:
        client = server.tls.wrap_socket(client, server_hostname=server.host)
    client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b" 200 " in client.recv(65536)
    return client


def listens(server: Server) -> bool:
    with suppress(OSError), server.connect():
        return True
    return False


def close_code(chat: Chat) -> int | None:
    """Read until the server closes."""
    try:
        while True:
            chat.next()
    except ConnectionClosed as closed:
        return closed.rcvd and closed.rcvd.code


@pytest.mark.parametrize("server", ["plain", "tls"], indirect=True)
def test_what_is_in_work_and_in_the_queue_is_answered(server, client, member):
    number = signal.SIGINT if server.tls else signal.SIGTERM
    idle = idle_client(server)
    chat = Chat(server, new_member())
    key = member.headers["Authorization"]

    def create(i: int) -> httpx.Response:
        with server.client(headers={"Authorization": key}) as own:
            return own.post("/api/organizations/create/", json={"title": f"Club {i}"})

    with ThreadPoolExecutor(THREADS + WAITING) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE events_organization IN SHARE MODE")
            answers = [threads.submit(create, i) for i in range(THREADS + WAITING)]
            wait_until(lambda: len(Backends(server.name).pids("active")) == THREADS)
            # The loop has read what came before this.
            assert client.get("/health/live").status_code == 200

            os.kill(server.pid, number)
            wait_until(lambda: not listens(server))
            os.kill(server.pid, number)  # it changes nothing

            assert idle.recv(65536) == b""
            assert close_code(chat) == 1012
            assert not any(answer.done() for answer in answers)
        statuses = [answer.result().status_code for answer in answers]

    assert statuses == [201] * (THREADS + WAITING)
    assert {a.result().headers["Connection"] for a in answers} == {"close"}
    assert Organization.objects.count() == THREADS + WAITING
    wait_until(lambda: has_ended(server))
    idle.close()
    chat.close()


def test_drain_ends_though_something_hangs(
    tmp_path, redis_url, transactional_db, new_key
):
    """What was not answered is not stored either."""
    headers = {"Authorization": f"Token {new_key()}"}
    limits = {"DRAIN_S": "1", "REQUEST_TIMEOUT_S": "2"}
    with (
        daphne(tmp_path, REDIS_URL=redis_url, **limits) as server,
        server.client(headers=headers) as member,
        ThreadPoolExecutor(1) as threads,
    ):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE events_organization IN SHARE MODE")
            club = {"title": "Club"}
            answer = threads.submit(
                member.post, "/api/organizations/create/", json=club
            )
            wait_until(lambda: Backends(server.name).pids("active"))
            os.kill(server.pid, signal.SIGTERM)
            wait_until(lambda: has_ended(server))
        with pytest.raises(httpx.TransportError):
            answer.result()
    assert not Organization.objects.exists()

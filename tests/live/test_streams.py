"""Streams over a real connection: whole, slow, broken off, too many, and at the end."""

import csv
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import httpx
import pytest
from django.db import connection
from rest_framework.authtoken.models import Token

from tests.bulk import add_members
from tests.factories import MemberFactory
from tests.harness.daphne import Server, daphne, has_ended
from tests.harness.waiting import PATIENCE_S, wait_until

MEMBERS = 40_000
AT_ONCE = 4
PATH = "/api/clients/?format=geojsonseq"
LIMITS = {
    "STREAMS": str(AT_ONCE),
    "SLOW_READER_S": "3",
    "WEB_SIGN_IN_SHARE": "1",
}


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, **LIMITS) as made:
        yield made


@pytest.fixture
def token(transactional_db) -> str:
    add_members(MEMBERS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE matchmaker_member")
    return Token.objects.create(user=MemberFactory()).key


def begin(server: Server, token: str, version: str = "1.1") -> socket.socket:
    """Ask for a stream and read its first bytes; the rest waits."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(PATIENCE_S)
    client.connect((server.host, server.port))
    head = f"GET {PATH} HTTP/{version}\r\nHost: {server.host}\r\n"
    client.sendall(f"{head}Authorization: Token {token}\r\n\r\n".encode())
    assert int(client.recv(100).split()[1]) == 200
    return client


def get(server: Server, token: str, path: str = PATH) -> httpx.Response:
    headers = {"Authorization": f"Token {token}"}
    with server.client(headers=headers) as client:
        return client.get(path)


def sessions(server: Server) -> list[str]:
    """What the server's connections to PostgreSQL do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM pg_stat_activity WHERE application_name = %s",
            [server.name],
        )
        return [state for (state,) in cursor.fetchall()]


def memory_mib(server: Server) -> float:
    with open(f"/proc/{server.pid}/status") as lines:
        (line,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def test_stream_is_whole_and_memory_flat(server, token):
    get(server, token, "/api/clients/?format=csv")
    before = memory_mib(server)
    response = get(server, token, "/api/clients/?format=csv")
    found = list(csv.DictReader(response.text.splitlines(keepends=True)))

    assert response.headers["transfer-encoding"] == "chunked"
    assert response.headers["x-accel-buffering"] == "no"
    assert len({row["id"] for row in found}) == len(found) == MEMBERS
    assert memory_mib(server) < before + 10


def test_slow_readers_hold_neither_threads_nor_connections(server, token):
    with ExitStack() as clients:
        for _ in range(AT_ONCE):
            clients.enter_context(closing(begin(server, token)))
        time.sleep(1)

        started = time.monotonic()
        assert get(server, token, "/api/clients/me/").status_code == 200
        assert time.monotonic() - started < 2
        wait_until(lambda: set(sessions(server)) == {"idle"})
        refused = get(server, token)
        assert refused.status_code == 429
        assert refused.json()["code"]
        assert int(refused.headers["Retry-After"]) > 0
    # They have left, so there is room again.
    wait_until(lambda: get(server, token).status_code == 200)


def test_who_reads_nothing_is_dropped_and_frees_the_place(server, token):
    with ExitStack() as clients:
        for _ in range(AT_ONCE):
            clients.enter_context(closing(begin(server, token)))
        assert get(server, token).status_code == 429

        wait_until(lambda: get(server, token).status_code == 200)


def rest_of(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_client_notices_that_a_stream_has_failed(server, token, version):
    """A table is renamed, so that no further page can be read."""
    with (
        connection.cursor() as cursor,
        closing(begin(server, token, version)) as client,
    ):
        cursor.execute("ALTER TABLE matchmaker_like RENAME TO elsewhere")
        try:
            with pytest.raises(ConnectionResetError):
                rest_of(client)
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO matchmaker_like")
    assert get(server, token).status_code == 200


def test_stream_ends_after_its_time(token, tmp_path, redis_url):
    with daphne(
        tmp_path, REDIS_URL=redis_url, STREAM_TIMEOUT_S="1", SLOW_READER_S="30"
    ) as server:
        client = begin(server, token)
        with closing(client):
            time.sleep(2)

            with pytest.raises(ConnectionResetError):
                rest_of(client)


@pytest.mark.parametrize("is_reading", [True, False])
def test_sigterm_lets_streams_end_or_breaks_them_off(
    token, tmp_path, redis_url, is_reading
):
    with daphne(
        tmp_path, REDIS_URL=redis_url, DRAIN_S="5", SLOW_READER_S="30"
    ) as server:
        client = begin(server, token)
        with closing(client):
            os.kill(server.pid, signal.SIGTERM)
            if is_reading:
                assert rest_of(client).endswith(b"0\r\n\r\n")
            wait_until(lambda: has_ended(server))
            if not is_reading:
                with pytest.raises(ConnectionResetError):
                    rest_of(client)

"""Clients that end their side of a connection and keep the other open.

A client that is gone looks the same, so none of them is waited for: what it holds is
given back at once, whatever it was about to do.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.harness.chat import new_member, token_of
from tests.harness.daphne import Server, daphne
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.harness.websocket import handshake

PLACES = 4
HEAD = b"POST /api/user/sign-up/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = b"Content-Type: application/json\r\nContent-Length: 900\r\n\r\n"
GET = b"GET /api/clients/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SENT = {
    "nothing": b"",
    "part of a head": HEAD,
    "part of a body": HEAD + BODY + b"{",
    "a request": GET,
    "a request and part of another": GET + HEAD,
}


@pytest.fixture
def small(transactional_db, tmp_path, redis_url) -> Iterator[Server]:
    """A server of PLACES connections, where nothing else ends one in this time."""
    limits = {"CONNECTIONS_PER_ADDRESS": str(PLACES), "SLOW_READER_S": str(PATIENCE_S)}
    with daphne(tmp_path, REDIS_URL=redis_url, **limits) as made:
        yield made


def read_to_the_end(client: socket.socket) -> bytes:
    """Read until the server closes, which it must do sooner than its limits say."""
    client.settimeout(PATIENCE_S / 2)
    received = b""
    try:
        while data := client.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("sent", SENT)
def test_half_closed_connection_is_ended_at_once(small, opened, sent):
    for _ in range(3 * PLACES):
        client = opened.enter_context(small.connect())
        client.sendall(SENT[sent])
        client.shutdown(socket.SHUT_WR)

        answer = read_to_the_end(client)  # and it stays open on this side

        assert answer == b"" or answer.startswith(b"HTTP/1.1 401")
    with small.client() as anonymous:
        assert anonymous.get("/api/clients/").status_code == 401


def test_half_closed_socket_is_ended_at_once(small, opened):
    token = token_of(new_member())

    for _ in range(3 * PLACES):
        client = opened.enter_context(small.connect())
        client.sendall(handshake(small.host, small.port, token))
        assert client.recv(12) == b"HTTP/1.1 101"
        client.shutdown(socket.SHUT_WR)

        read_to_the_end(client)

    with small.client() as anonymous:
        assert anonymous.get("/api/clients/").status_code == 401


def test_clients_that_close_while_they_are_answered(small):
    """Each has sent a request, and does not read: the close resets the connection."""
    for _ in range(3 * PLACES):
        with ExitStack() as here:
            clients = [here.enter_context(small.connect()) for _ in range(PLACES)]
            for client in clients:
                client.sendall(GET)

        def is_served() -> bool:
            with small.client() as anonymous:
                return anonymous.get("/api/clients/").status_code == 401

        wait_until(is_served, httpx.TransportError)

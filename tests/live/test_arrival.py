"""Heads, bodies, next requests and the reading of answers have deadlines."""

import json
import socket
import time
from contextlib import ExitStack

import pytest

from tests.harness.daphne import daphne
from tests.harness.programs import resident_bytes
from tests.harness.waiting import wait_until
from tests.harness.wire import GET, HEAD, answer_to, drip, post, read_to_end, status

SETTINGS = {
    "HEAD_TIMEOUT_S": "1",
    "BODY_TIMEOUT_S": "1",
    "IDLE_TIMEOUT_S": "1",
    "SLOW_READER_S": "2",
    "MIN_BYTES_PER_S": "1000",
}


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, **SETTINGS) as made:
        yield made


@pytest.fixture
def wire(server):
    with server.connect() as opened:
        yield opened


PATH = "/api/user/sign-up/"


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b"G"),
        (b"GET /health/live HTTP/1.1\r\n", b"x"),
        (b"GET /health/live HTTP/1.1\r\nX-A: ", b"x"),
        (GET[:-2], b"X-A: x\r\n"),
        (GET + GET[:-2], b"x"),
        (post(PATH, 1_000), b"{"),
        (post(PATH, None), b"1\r\n{\r\n"),
        (post(PATH, None), b"0"),
        (post(PATH, 1_000)[:-2] + b"Expect: 100-continue\r\n\r\n", b"{"),
    ],
    ids=[
        *["line", "name", "value", "headers", "second", "body", "chunks", "chunk"],
        "expected",
    ],
)
def test_request_that_arrives_a_byte_at_a_time(wire, first, piece):
    said = drip(wire, first, piece)

    # After answers to what came before.
    *_before, answer = said.split(b"HTTP/1.1 ")
    head, _empty, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"408 "), said
    assert b"\r\nConnection: close" in head
    assert json.loads(body)["code"] == "request_timeout"


@pytest.mark.parametrize("requests", [0, 1, 2])
def test_connection_without_a_next_request_is_closed(wire, requests):
    for _i in range(requests):
        assert status(answer_to(wire, GET)) == 200

    assert read_to_end(wire) == b""


def test_body_that_takes_longer_than_a_small_one_may(wire):
    """What has come fast earns time for the rest."""
    body = json.dumps({"email": "a", "password": " " * 60_000}).encode()
    wire.sendall(post(PATH, len(body)) + body[:-1])
    time.sleep(3 * float(SETTINGS["BODY_TIMEOUT_S"]))  # the time is what is tested

    assert status(answer_to(wire, body[-1:])) == 400


def test_client_that_reads_no_answer(server):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((server.host, server.port))
        client.settimeout(0.2)
        ask = b"GET /swagger.json HTTP/1.1\r\n" + HEAD + b"\r\n"

        def is_dropped() -> bool:
            try:
                client.send(ask)
            except TimeoutError:  # it is not read from either
                return False
            except OSError:
                return True
            return False

        wait_until(is_dropped)


def test_client_that_asks_on_and_reads_no_answer(server):
    """Answers are not made before the client reads those that are there."""
    ask = b"GET /swagger.json HTTP/1.1\r\n" + HEAD + b"\r\n"
    with server.client() as client:
        size = len(client.get("/swagger.json").content)
    with ExitStack() as stack:
        before = resident_bytes([server.pid])
        for _i in range(5):
            deaf = stack.enter_context(socket.socket())
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect((server.host, server.port))
            deaf.sendall(200 * ask)
        with server.client() as client:  # until others are answered after all these
            for _i in range(50):
                assert client.get("/health/live").status_code == 200
        grown = resident_bytes([server.pid]) - before

    assert grown < 5 * 200 * size / 10


def test_answer_that_is_read_slowly_but_steadily(server):
    """For longer than SLOW_READER_S in all."""
    with server.client() as client:
        total = 21 * len(client.get("/swagger.json").content)
    lasting_s = 2 * float(SETTINGS["SLOW_READER_S"])
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((server.host, server.port))
        ask = b"GET /swagger.json HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
        client.sendall(20 * ask.replace(b"Connection: close\r\n", b"") + ask)
        began, got = time.monotonic(), 0
        while data := client.recv(16_384):
            got += len(data)
            time.sleep(lasting_s * len(data) / total)

    assert got > total
    assert time.monotonic() - began > float(SETTINGS["SLOW_READER_S"])

"""Daphne with a TLS endpoint of its own: no byte of ours leaves it in the clear."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from tests.harness.certificate import Certificate
from tests.harness.chat import Chat, match, new_member
from tests.harness.daphne import Server, daphne
from tests.harness.deaf import MIB, deaf_client, fill_buffers, is_dropped
from tests.harness.network import Network
from tests.harness.programs import resident_bytes
from tests.harness.requests import PASSWORD, new_email
from tests.harness.waiting import PATIENCE_S, wait_until

# RFC 8446, 5.1: kinds of records, and how long one may be.
KINDS = {20, 21, 22, 23}
MAX_RECORD_BYTES = 2**14 + 256
SECRET = "Nobody on the way may read this."
LONG = "x" * 4_000


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    certificate = Certificate(folder)
    settings = {"REDIS_URL": redis_url, "HTTPS": "on", "SLOW_READER_S": "5"}
    with daphne(folder, certificate, **settings) as made:
        yield made


@pytest.fixture
def deaf(server) -> Iterator[socket.socket]:
    client = deaf_client(server, new_member("Deaf"))
    yield client
    client.close()


@pytest.fixture
def network(server) -> Iterator[Network]:
    network = Network(server)
    yield network
    network.close()


@pytest.fixture
def watched(server, network) -> Server:
    """The server as it is seen over a network that records each byte."""
    return replace(server, port=network.port)


def assert_is_tls(stream: bytes) -> None:
    """Say that a stream is TLS records from its first byte to its last."""
    assert stream
    at = 0
    while at < len(stream):
        kind, version, size = stream[at], stream[at + 1], stream[at + 3 : at + 5]
        assert kind in KINDS, stream[at : at + 80]
        assert version == 3
        assert int.from_bytes(size, "big") <= MAX_RECORD_BYTES
        at += 5 + int.from_bytes(size, "big")


def assert_is_secret(network: Network, connections: int) -> None:
    assert len(network.links) == connections
    for link in network.links:
        for stream in (bytes(link.up_bytes), bytes(link.down_bytes)):
            assert_is_tls(stream)
            for text in (SECRET, "HTTP/1.1", "welcome", "message"):
                assert text.encode() not in stream


def test_http_over_tls(watched, network, new_key):
    headers = {"Authorization": f"Token {new_key(first_name=SECRET)}"}
    with watched.client() as client:
        live = client.get("/health/live")
        me = client.get("/api/clients/me/", headers=headers)
        schema = client.get("/swagger.json")
        too_large = client.post(
            "/api/user/sign-up/",
            json={"email": new_email(), "password": PASSWORD, "telephone": "x" * MIB},
        )

    # No redirect to https: the request says itself that it came by TLS.
    assert live.status_code == 200
    assert me.json()["first_name"] == SECRET
    assert "schemes" not in schema.json()  # so it is the one that serves the schema
    assert too_large.status_code == 413
    network.close()
    assert_is_secret(network, 1)


@pytest.mark.parametrize(
    ("request_bytes", "status", "end"),
    [
        ("GET /?я HTTP/1.1\r\n", 400, b'{"non_field_errors": ["Bad request."]}'),
        (
            "POST /api/clients/ HTTP/1.1\r\nContent-Length: 9999999999\r\n",
            413,
            b'"code": "payload_too_large"}',
        ),
    ],
)
def test_answers_that_no_view_makes_over_tls(
    watched, network, request_bytes, status, end
):
    with (
        watched.connect() as tcp,
        watched.tls.wrap_socket(tcp, server_hostname=watched.host) as client,
    ):
        client.sendall(f"{request_bytes}Host: localhost\r\n\r\n".encode())
        answer = client.recv(65536)
        while not answer.endswith(end):
            answer += client.recv(65536)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    network.close()
    assert_is_secret(network, 1)


def test_chat_over_tls(watched, network):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(watched, ann) as a, Chat(watched, bob) as b:
        for i in range(20):
            a.say(room, f"{SECRET} {i}")
        heard = [frame["message"] for frame in b.messages(20, room)]
        b.say(room, LONG)
        long = a.messages(21, room)[-1]
        pong = a.socket.ping()
        assert pong.wait(PATIENCE_S)

    assert heard == [f"{SECRET} {i}" for i in range(20)]
    assert long["message"] == LONG
    network.close()
    assert_is_secret(network, 2)


def test_client_that_does_not_trust_the_certificate(server):
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{server.url}/health/live", verify=ssl.create_default_context())


def test_deaf_client_over_tls_fills_no_memory_and_is_dropped(server, deaf):
    before = resident_bytes([server.pid])
    fill_buffers(server)

    assert resident_bytes([server.pid]) - before < 30 * MIB
    wait_until(lambda: is_dropped(deaf))


def test_deaf_client_over_tls_that_pings_without_end(server, deaf):
    before = resident_bytes([server.pid])
    pings = (b"\x89\xfd\0\0\0\0" + b"x" * 125) * 100
    deaf.settimeout(1)

    def is_cut_off() -> bool:
        try:
            deaf.sendall(pings)
        except OSError as error:
            return not isinstance(error, TimeoutError)
        return False

    wait_until(is_cut_off)
    assert resident_bytes([server.pid]) - before < 10 * MIB

"""Clients that speak HTTP as bytes, slowly, badly or not at all."""

import socket
import time
from contextlib import suppress

from tests.harness.daphne import Server
from tests.harness.waiting import PATIENCE_S

HEAD = b"Host: localhost\r\n"
GET = b"GET /health/live HTTP/1.1\r\n" + HEAD + b"\r\n"
PIECE_EVERY_S = 0.05


def post(path: str, length: int | None, kind: str = "application/json") -> bytes:
    """The head of a POST; of a chunked one where the length is not told."""
    size = f"Content-Length: {length}" if length else "Transfer-Encoding: chunked"
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", size]
    return "\r\n".join([*lines, "", ""]).encode()


def connect_from(server: Server, address: str) -> socket.socket:
    """Connect from an address of this machine: all of 127.0.0.0/8 are."""
    to = (server.host, server.port)
    return socket.create_connection(to, PATIENCE_S, source_address=(address, 0))


def read_to_end(client: socket.socket) -> bytes:
    """What still comes until the server closes, also where it resets."""
    got = b""
    with suppress(ConnectionError):
        while data := client.recv(65536):
            got += data
    return got


def answer_to(client: socket.socket, request: bytes) -> bytes:
    """Send a request; return what has come of the answer when something has."""
    client.sendall(request)
    return client.recv(65536)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def drip(client: socket.socket, first: bytes, piece: bytes) -> bytes:
    """Send the piece again and again until the server speaks; return all it says."""
    client.sendall(first)
    client.settimeout(PIECE_EVERY_S)
    said, ends_at = b"", time.monotonic() + PATIENCE_S
    while not said and time.monotonic() < ends_at:
        with suppress(ConnectionError):  # closed; what it has said is here
            client.sendall(piece)
        with suppress(TimeoutError):
            said = client.recv(65536)
            if not said:
                break
    client.settimeout(PATIENCE_S)
    return said + read_to_end(client)

"""WebSocket (RFC 6455) as bytes, for a client that reads thousands of them."""

import base64
import os
import struct
from dataclasses import dataclass

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


@dataclass(frozen=True)
class Received:
    """Whole frames as (opcode, payload), and bytes of the next one."""

    frames: list[tuple[int, bytes]]
    rest: bytes


def handshake(host: str, port: int, token: str | None) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /ws/chat/ HTTP/1.1",
        f"Host: {host}:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def framed(opcode: int, payload: bytes) -> bytes:
    """A client's frame; masked with zeros, which leaves the payload as it is."""
    head = bytes([0x80 | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    else:
        head += struct.pack("!BH", 0x80 | 126, len(payload))
    return head + bytes(4) + payload


def received(data: bytes) -> Received:
    """A server's frames; Daphne splits none of them."""
    frames, at = [], 0
    while len(data) - at >= 2:
        length, start = data[at + 1], at + 2
        if length == 126:
            start += 2
            length = int.from_bytes(data[at + 2 : start])
        elif length == 127:
            start += 8
            length = int.from_bytes(data[at + 2 : start])
        if len(data) < start + length:
            break
        frames.append((data[at] & 0x0F, data[start : start + length]))
        at = start + length
    return Received(frames, data[at:])

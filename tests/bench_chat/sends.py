"""How many messages a second are accepted: all into one room, or into many.

The client shares the cores with what is measured, so it does as little as can be: one
process, epoll, and no frame is read beyond whether it has the sender's own message.
"""

import json
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from tests.bench_chat.world import Seat
from tests.harness import websocket
from tests.harness.daphnes import Address
from tests.harness.waiting import PATIENCE_S


@dataclass(frozen=True)
class Accepted:
    """Messages a second, and the ms from sending each to its confirmation."""

    rate: float
    waits_ms: list[float]


def accepted(
    address: Address, seats: Sequence[Seat], kind: str, seconds: float
) -> Accepted:
    """Each sends to its room of that kind, the next when the last is confirmed."""
    senders = {each.raw.fileno(): each for each in _opened(address, seats, kind)}
    poll, waits_ms = select.epoll(), list[float]()
    for descriptor, sender in senders.items():
        poll.register(descriptor, select.EPOLLIN)
        sender.say()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for descriptor, _event in poll.poll(0.1):
            sender = senders[descriptor]
            if sender.hears():
                waits_ms.append((time.monotonic() - sender.said_at) * 1000)
                sender.say()
    for sender in senders.values():  # the next turn finds nothing in work
        sender.raw.settimeout(PATIENCE_S)
        while not sender.hears():
            pass
        sender.raw.close()
    return Accepted(len(waits_ms) / seconds, waits_ms)


def _opened(address: Address, seats: Sequence[Seat], kind: str) -> list["_Sender"]:
    senders = [_Sender(address, seat) for seat in seats]
    for sender in senders:
        sender.enter(kind)
    return senders


class _Sender:
    def __init__(self, address: Address, seat: Seat) -> None:
        self.raw = socket.create_connection((address.host, address.port), PATIENCE_S)
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.raw.sendall(websocket.handshake(address.host, address.port, seat.token))
        self._rest = b""

    def enter(self, kind: str) -> None:
        """Read the welcome, and choose the room."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.raw.recv(65536)
        received = websocket.received(data.partition(b"\r\n\r\n")[2])
        while not received.frames:
            received = websocket.received(received.rest + self.raw.recv(65536))
        rooms = json.loads(received.frames[0][1])["rooms"]
        self._room = next(room["id"] for room in rooms if room["kind"] == kind)

    def say(self) -> None:
        name = str(uuid4())
        self._name, self.said_at = name.encode(), time.monotonic()
        frame = {"type": "message.send", "room": self._room, "message": "bench"}
        text = json.dumps(frame | {"client_id": name}).encode()
        self.raw.sendall(websocket.framed(websocket.TEXT, text))

    def hears(self) -> bool:
        """Read what has come; whether its own message was among it."""
        data = self._rest + self.raw.recv(65536)
        if b'"type":"error"' in data:
            raise SystemExit(f"A message was not accepted: {data!r}")
        self._rest = data[-len(self._name) :]  # it may come in two pieces
        return self._name in data

"""One says something and thousands hear it: ours, and the bare channel layer."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from tests.bench_chat.crowd import Crowd, Heard
from tests.bench_chat.world import Seat
from tests.harness import websocket
from tests.harness.daphnes import Daphnes
from tests.harness.postgres import Backends
from tests.harness.programs import cpu_s, resident_bytes
from tests.harness.waiting import PATIENCE_S

# Messages that are on their way at once, where speed is measured.
WINDOW = 4
CHARACTERS = 100


# Given what was said, how often it was heard, and how long that took.
IsDue = Callable[[int, int, float], bool]


class Sender:
    """One socket that talks to the room; `room` None: to the bare layer.

    `said`: how many messages were said before.
    """

    def __init__(
        self, daphnes: Daphnes, seat: Seat, room: int | None, said: int
    ) -> None:
        self._room, self._seat = room, seat
        address = daphnes.address
        self._raw = socket.create_connection((address.host, address.port))
        self._raw.sendall(websocket.handshake(address.host, address.port, seat.token))
        self._rest = b""
        self.said = said
        answer = b""
        while b"\r\n\r\n" not in answer or (room and b"welcome" not in answer):
            answer += self._raw.recv(65536)
        self._raw.setblocking(False)

    def say(self) -> None:
        self.said += 1
        text = f"bench {self.said} {time.monotonic_ns()} ".ljust(CHARACTERS, ".")
        frame = self._ours(text) if self._room is not None else self._bare(text)
        self._raw.send(websocket.framed(websocket.TEXT, json.dumps(frame).encode()))

    def close(self) -> None:
        self._raw.close()

    def mind(self) -> None:
        """Read what has come, and answer pings."""
        try:
            received = websocket.received(self._rest + self._raw.recv(1 << 20))
        except BlockingIOError:
            return
        self._rest = received.rest
        for opcode, payload in received.frames:
            if opcode == websocket.PING:
                self._raw.send(websocket.framed(websocket.PONG, payload))

    def _ours(self, text: str) -> dict:
        frame = {"type": "message.send", "room": self._room, "message": text}
        return frame | {"client_id": str(uuid4())}

    def _bare(self, text: str) -> dict:
        """The same bytes as our clients get: it sends on what it is sent."""
        user = {"id": self._seat.id, "first_name": "Member 1"}
        frame = {"type": "message.new", "id": self.said, "room": 1, "user": user}
        sent_at = "2026-01-01T00:00:00.000000Z"
        return frame | {"message": text, "sent_at": sent_at, "client_id": str(uuid4())}


@dataclass(frozen=True)
class Turn:
    """One measurement. `cpu_s`: by who computed."""

    deliveries: int
    lasted_s: float
    cpu_s: dict[str, float]
    heard: Heard

    @property
    def rate(self) -> float:
        return self.deliveries / self.lasted_s

    def cpu_us(self, who: str) -> float:
        return self.cpu_s[who] / self.deliveries * 1e6


class Side:
    """Ours, or the bare layer: its servers, and the sockets that hear."""

    def __init__(
        self, name: str, daphnes: Daphnes, crowd: Crowd, backends: Backends
    ) -> None:
        self.name, self.daphnes, self.crowd = name, daphnes, crowd
        self._backends = backends
        self.held = self.refused = self.said = 0

    def open(self, seats: Sequence[Seat], room: int | None) -> None:
        """The last seat is the sender's."""
        *hearers, self._speaker = seats
        self._room = room
        before = resident_bytes(self.daphnes.pids)
        started = time.monotonic()
        opened = self.crowd.open([seat.token for seat in hearers])
        self.opened_in_s = time.monotonic() - started
        self.held, self.refused = opened.sockets, opened.refused
        self.bytes_each = (resident_bytes(self.daphnes.pids) - before) / self.held

    def at_full_speed(self, seconds: float) -> Turn:
        """The next message goes out when all have heard the one before the last few."""

        def is_due(sent: int, delivered: int, _passed_s: float) -> bool:
            return delivered >= (sent - WINDOW) * self.held

        return self._measure(is_due, seconds)

    def at_pace(self, seconds: float, per_s: float) -> Turn:
        def is_due(sent: int, _delivered: int, passed_s: float) -> bool:
            return sent < passed_s * per_s

        return self._measure(is_due, seconds)

    def _measure(self, is_due: IsDue, seconds: float) -> Turn:
        # A new one each time: nobody answers its pings between turns.
        sender = Sender(self.daphnes, self._speaker, self._room, self.said)
        self.crowd.collect()
        before, delivered = self.crowd.delivered, 0
        cpu_before, started = self._cpu_s(), time.monotonic()
        # On a busy machine the first may take longer than the turn.
        while (passed_s := time.monotonic() - started) < seconds or not delivered:
            delivered = self.crowd.delivered - before
            if is_due(sender.said - self.said, delivered, passed_s):
                sender.say()
            else:
                time.sleep(0.0005)
            sender.mind()
        delivered = self.crowd.delivered - before
        lasted_s, cpu_after = time.monotonic() - started, self._cpu_s()
        self._await(sender, (sender.said - self.said) * self.held + before)
        sender.close()
        self.said = sender.said
        cpu = {who: cpu_after[who] - cpu_before[who] for who in cpu_after}
        return Turn(delivered, lasted_s, cpu, self.crowd.collect())

    def _await(self, sender: Sender, delivered: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.crowd.delivered < delivered:
            sender.mind()
            if time.monotonic() > deadline:
                missing = delivered - self.crowd.delivered
                raise SystemExit(f"{self.name}: {missing:,} deliveries never came")
            time.sleep(0.001)

    def _cpu_s(self) -> dict[str, float]:
        stores = self._backends.redis.pids + self._backends.postgres.pids
        return {
            "Daphne": cpu_s(self.daphnes.pids),
            "the client": cpu_s(self.crowd.pids),
            "PostgreSQL and Redis": cpu_s(stores),
        }

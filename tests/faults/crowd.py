"""Members who write without a pause, and what each write was answered."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

import httpx

from tests.bench_chat.world import Seat
from tests.harness.requests import PASSWORD
from tests.harness.waiting import PATIENCE_S


@dataclass(frozen=True)
class Write:
    """`status`: None where no answer came. `key`: what tells the written row apart.

    `is_told_when`: the answer says when to try again. `is_unknown`: it says that the
    write may have been done or not.
    """

    kind: str
    key: str
    status: int | None
    is_told_when: bool
    is_unknown: bool
    began: float
    took_s: float

    @property
    def outcome(self) -> str:
        """Return what is known: of a refused write, nothing may be stored."""
        if self.status is None:
            return "no answer"
        if self.status < 300:
            return "accepted"
        return "unknown" if self.is_unknown else "refused"


class Crowd:
    """Each member writes from an address of its own, as members do."""

    def __init__(self, url: str, seats: list[Seat], lobby: int, pause_s: float) -> None:
        self.writes: list[Write] = []
        self.lives: list[Write] = []
        self._url, self._seats, self._lobby = url, seats, lobby
        self._pause_s = pause_s
        self._is_over = threading.Event()
        self._names = count()
        self._threads = [
            threading.Thread(target=self._write, args=(number, seat))
            for number, seat in enumerate(seats)
        ] + [threading.Thread(target=self._look)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def client(self, number: int, token: str | None = None) -> httpx.Client:
        """A client at 127.0.1.`number`."""
        return httpx.Client(
            base_url=self._url,
            transport=httpx.HTTPTransport(local_address=f"127.0.1.{number + 1}"),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=PATIENCE_S,
        )

    def longest_s(self, kind: list[Write], since: float) -> float:
        return max((w.took_s for w in kind if w.began + w.took_s >= since), default=0)

    def can_write(self) -> bool:
        """Whether a write succeeds now."""
        with self.client(200, self._seats[0].token) as client:
            return self._say(client).outcome == "accepted"

    def _write(self, number: int, seat: Seat) -> None:
        rng = random.Random(seat.id)
        others = [other for other in self._seats if other is not seat]
        acts: list[Callable[[httpx.Client], Write]] = [
            self._say,
            self._say,
            self._make_event,
            lambda client: self._like(client, seat, rng.choice(others)),
        ]
        with self.client(number, seat.token) as own, self.client(number) as anonymous:
            while not self._is_over.wait(self._pause_s * rng.uniform(0.5, 1.5)):
                if rng.random() < 0.05:
                    self._sign_up(anonymous)
                else:
                    rng.choice(acts)(own)

    def _look(self) -> None:
        with self.client(201) as client:
            while not self._is_over.wait(0.05):
                self.lives.append(ask("live", "", lambda: client.get("/health/live")))

    def _sign_up(self, client: httpx.Client) -> Write:
        email = f"{uuid4().hex}@faults.example"
        given = {"email": email, "password": PASSWORD}
        return self._post("sign-up", email, client, "/api/user/sign-up/", given)

    def _say(self, client: httpx.Client) -> Write:
        key = str(uuid4())
        given = {"message": f"Message {next(self._names)}", "client_id": key}
        path = f"/api/chat/rooms/{self._lobby}/messages/"
        return self._post("message", key, client, path, given)

    def _make_event(self, client: httpx.Client) -> Write:
        title = f"Event {uuid4()}"
        return self._post(
            "event", title, client, "/api/events/create/", {"title": title}
        )

    def _like(self, client: httpx.Client, seat: Seat, other: Seat) -> Write:
        path = f"/api/clients/{other.id}/match/"
        return self._post("like", f"{seat.id} {other.id}", client, path, {})

    def _post(
        self,
        kind: str,
        key: str,
        client: httpx.Client,
        path: str,
        given: dict[str, str],
    ) -> Write:
        return self.ask(kind, key, lambda: client.post(path, json=given))

    def ask(self, kind: str, key: str, call: Callable[[], httpx.Response]) -> Write:
        """Write something, and remember how it was answered."""
        self.writes.append(write := ask(kind, key, call))
        return write


def ask(kind: str, key: str, call: Callable[[], httpx.Response]) -> Write:
    began = time.monotonic()
    status, is_told_when, is_unknown = None, False, False
    try:
        answer = call()
        status, is_told_when = answer.status_code, "Retry-After" in answer.headers
        is_unknown = status == 503 and "outcome_unknown" in answer.text
    except httpx.HTTPError:
        pass
    took_s = time.monotonic() - began
    return Write(kind, key, status, is_told_when, is_unknown, began, took_s)

"""Accounts: the attacker's, who may have any number, and its victim's."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.attack.geodesy import Place
from tests.attack.wire import Answer, Wire

# Of OGC API: the time itself, and nothing of what is asked.
TIME_OF_ANSWER = re.compile(rb'"timeStamp": "[^"]*"')
PASSWORD = "correct horse 7 battery"


class NotFound(ValueError):
    """What was asked for is unknown to the service, or so it says."""


@dataclass
class Log:
    """All that somebody has seen: how many answers, and a digest of every byte."""

    requests: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def add(self, answer: Answer) -> None:
        self.requests += 1
        headers = sorted(answer.headers.items())
        body = TIME_OF_ANSWER.sub(b"", answer.body)
        self._digest.update(repr((answer.status, headers, body)).encode())

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


@dataclass
class Account:
    wire: Wire
    id: int
    token: str
    log: Log = field(default_factory=Log)

    @classmethod
    def sign_up(cls, wire: Wire, first_name: str, last_name: str) -> "Account":
        login = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        names = {"first_name": first_name, "last_name": last_name, "gender": "male"}
        made = _read(wire("POST", "/api/clients/create", {}, login | names, None))
        key = _read(wire("POST", "/api/auth/token/login/", {}, login, None))
        return cls(wire, made["id"], key["auth_token"])

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params)

    def look(self, path: str, **params: Any) -> Answer:
        """The answer to a GET as it came."""
        answer = self.wire("GET", path, params, None, self.token)
        self.log.add(answer)
        return answer

    def text(self, path: str, **params: Any) -> str:
        answer = self.look(path, **params)
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"{answer.status}: {answer.body[:500]!r}")
        return answer.body.decode()

    def change(self, **fields: Any) -> None:
        self._ask("PATCH", "/api/clients/me/", {}, fields)

    def move(self, place: Place | None) -> None:
        """Be at `place`, or nowhere."""
        point = place and {"type": "Point", "coordinates": list(place)}
        self.change(location=point)

    def hide(self) -> None:
        self.change(visibility="hidden")

    def like(self, member_id: int) -> None:
        self._ask("POST", f"/api/clients/{member_id}/match/", {})

    def unlike(self, member_id: int) -> None:
        self._ask("DELETE", f"/api/clients/{member_id}/match/", {})

    def block(self, member_id: int) -> None:
        self._ask("POST", f"/api/clients/{member_id}/block/", {})

    def unblock(self, member_id: int) -> None:
        self._ask("DELETE", f"/api/clients/{member_id}/block/", {})

    def put_away(self, member_id: int) -> None:
        """Out of what there is to discover."""
        self._ask("POST", f"/api/clients/{member_id}/pass/", {})

    def photograph(self, picture: bytes) -> None:
        """Have it as the avatar."""
        self._ask("PATCH", "/api/clients/me/", {}, picture)

    def subscribe(self, **filters: Any) -> str | None:
        """The address of a calendar feed, or None where such a one is not made."""
        answer = self.wire("POST", "/api/events/calendar/", {}, filters, self.token)
        if answer.status == HTTPStatus.BAD_REQUEST:
            return None
        return urlsplit(_read(answer)["url"]).path

    def announce(self, title: str, place: Place) -> int:
        """An event there, which all may see."""
        location = {"type": "Point", "coordinates": list(place)}
        fields = {"title": title, "date": "2030-01-01", "location": location}
        event_id = self._ask("POST", "/api/events/create/", {}, fields)["id"]
        while self.get(f"/api/events/{event_id}/")["status"] != "published":
            self.wire.wait()
        return int(event_id)

    def move_event(self, event_id: int, place: Place) -> None:
        location = {"type": "Point", "coordinates": list(place)}
        self._ask("PATCH", f"/api/events/{event_id}/", {}, {"location": location})

    def _ask(self, method: str, path: str, params: Any, body: Any = None) -> Any:
        answer = self.wire(method, path, params, body, self.token)
        self.log.add(answer)
        return _read(answer)


@dataclass
class Spies:
    """Two accounts, moved at will, do what many standing still would.

    `scout` looks. `decoy` is seen beside the target. Both take the target's name, and
    the scout puts everybody else away: so the list, filtered, and what there is to
    discover hold nobody else, however many members there are.
    """

    scout: Account
    decoy: Account
    names: dict[str, str] = field(default_factory=dict)
    target_id: int | None = None

    @classmethod
    def sign_up(cls, wire: Wire) -> "Spies":
        scout, decoy = (Account.sign_up(wire, "Mallory", "Spy") for _ in range(2))
        return cls(scout, decoy)

    def set_out(self, target_id: int) -> Log:
        """Be nowhere, under the target's name, with an empty log: it is returned."""
        if self.target_id != target_id:
            self._isolate(target_id)
        for spy in (self.scout, self.decoy):
            spy.move(None)
        self.scout.log = self.decoy.log = Log()
        return self.scout.log

    def _isolate(self, target_id: int) -> None:
        profile = self.scout.get(f"/api/clients/{target_id}/")
        self.names = {name: profile[name] for name in ("first_name", "last_name")}
        for spy in (self.scout, self.decoy):
            spy.change(**self.names)
        self.scout.move(Place(0, 0))
        known = {target_id, self.decoy.id}
        while others := self._to_discover() - known:
            for member_id in others:
                self.scout.put_away(member_id)
        self.target_id = target_id

    def _to_discover(self) -> set[int]:
        page = self.scout.get("/api/discover/", page_size=100)
        return {member["id"] for member in page["results"]}


def _read(answer: Answer) -> Any:
    if answer.status == HTTPStatus.NOT_FOUND:
        raise NotFound
    if not 200 <= answer.status < 300:
        raise ValueError(f"{answer.status}: {answer.body[:500]!r}")
    return json.loads(answer.body) if answer.body else None

"""A chat client that knows nothing of the server but the contract."""

import json
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from chat.models import Room
from matchmaker import services
from matchmaker.models import Member
from tests.harness.daphne import Server
from tests.harness.requests import new_email
from tests.harness.sockets import connect
from tests.harness.waiting import PATIENCE_S

Frame = dict[str, Any]


def new_member(first_name: str = "Ann", **fields: Any) -> Member:
    given = {"email": new_email(), "first_name": first_name, **fields}
    return Member.objects.create(**given)


def token_of(member: Member) -> str:
    return services.issue_tokens(member)["access"]


def match(one: Member, other: Member) -> int:
    """Let them match; return the id of their room."""
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)
    low, high = sorted((one, other), key=lambda member: member.pk)
    return Room.objects.get(low_member=low, high_member=high).pk


class Chat:
    """One socket. `welcome` is the frame that came first."""

    def __init__(self, server: Server, member: Member, **options: Any) -> None:
        if "additional_headers" not in options:
            bearer = {"Authorization": f"Bearer {token_of(member)}"}
            options["additional_headers"] = bearer
        self.member = member
        self._opened = ExitStack()
        self.socket: ClientConnection = self._opened.enter_context(
            connect(
                f"{server.url.replace('http', 'ws', 1)}/ws/chat/",
                ssl=server.tls,
                **options,
            )
        )
        self.welcome = self.next()
        assert self.welcome["type"] == "welcome", self.welcome
        self.lobby = next(r for r in self.welcome["rooms"] if r["kind"] == "lobby")

    def __enter__(self) -> "Chat":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.close()

    def send(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def say(self, room_id: int, text: str, client_id: str | None = None) -> str:
        """Send a message; return the name that it has for the client."""
        client_id = client_id or str(uuid4())
        self.send(type="message.send", room=room_id, message=text, client_id=client_id)
        return client_id

    def next(self, timeout_s: float = PATIENCE_S) -> Frame:
        return json.loads(self.socket.recv(timeout=timeout_s))

    def until(
        self, kind: str, condition: Callable[[Frame], bool] = lambda frame: True
    ) -> Frame:
        """The next frame of this kind that meets the condition; others are lost."""
        while True:
            frame = self.next()
            if frame["type"] == kind and condition(frame):
                return frame

    def all_until(self, kind: str) -> list[Frame]:
        """What comes before the next frame of this kind, but for that."""
        found = []
        while (frame := self.next())["type"] != kind:
            found.append(frame)
        return found

    def silence(self) -> list[Frame]:
        """What has come until the server has answered a ping."""
        self.send(type="ping")
        return self.all_until("pong")

    def messages(self, count: int, room_id: int | None = None) -> list[Frame]:
        """The next so many messages, of one room or of all."""
        return [
            self.until("message.new", lambda f: room_id in (None, f["room"]))
            for _i in range(count)
        ]

    def close_code(self) -> int:
        """Read on to the end of the connection; return how it ended."""
        with suppress(ConnectionClosed):
            while True:
                self.next()
        assert self.socket.close_code is not None
        return self.socket.close_code

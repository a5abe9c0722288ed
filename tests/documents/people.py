"""People who use the service by its API alone, each with a client of their own."""

import secrets
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.harness.requests import PASSWORD
from tests.harness.waiting import PATIENCE_S

SIGN_UP = "/api/clients/create"


class Person(httpx.Client):
    """A client, and what its owner has given. `sent` is the last sign-up's body."""

    email: str | None = None
    phone: str | None = None
    sent: dict[str, Any]

    def __init__(self, url: str) -> None:
        super().__init__(
            base_url=url, timeout=PATIENCE_S, event_hooks={"response": [not_throttled]}
        )

    @property
    def id(self) -> int:
        return self.me()["id"]

    def me(self) -> dict[str, Any]:
        answer = self.get("/api/clients/me/")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def use_token(self, key: str) -> None:
        self.headers["Authorization"] = f"Token {key}"

    def use_jwt(self, access: str) -> None:
        self.headers["Authorization"] = f"Bearer {access}"


class People:
    """Makes people, and forgets them at its end.

    Those who come by phone are cheap: nothing is hashed for them, and no throttle
    counts sign-ups by phone. By e-mail twenty an hour may sign up from one address.
    """

    def __init__(self, url: str, *, deletes: bool) -> None:
        self._url, self._deletes = url, deletes
        self._opened = ExitStack()
        self._made: list[Person] = []

    def __enter__(self) -> "People":
        return self

    def __exit__(self, *error: object) -> None:
        for person in self._made if self._deletes else ():
            person.delete("/api/clients/me/")
        self._opened.close()

    def nobody(self) -> Person:
        """Somebody whom the service does not know yet."""
        person = self._opened.enter_context(Person(self._url))
        self._made.append(person)
        return person

    def by_phone(self, **profile: Any) -> Person:
        """A new member with a key for the Token header."""
        person = self.nobody()
        person.phone = new_phone()
        code = code_of(
            person.post("/api/auth/request_code/", json={"phone_number": person.phone})
        )
        answer = person.post(
            "/api/auth/auth_code/",
            json={"phone_number": person.phone, "confirmation_code": code},
        )
        assert answer.status_code == 200, answer.text
        person.use_token(answer.json()["token"])
        if profile:
            changed = person.patch("/api/clients/me/", json=profile)
            assert changed.status_code == 200, changed.text
        return person

    def voter(self, phone: str | None = None) -> Person:
        """Whoever has this number, or a new member, with an access JWT."""
        person = self.nobody()
        person.phone = phone or new_phone()
        code = code_of(
            person.post("/api/auth/signup", json={"phone": person.phone[2:]})
        )
        answer = person.post("/api/auth/login", json={"code": code})
        assert answer.status_code == 200, answer.text
        person.use_jwt(answer.json()["token"])
        return person

    def by_email(
        self, path: str = "/api/v1/auth/signup/", **fields: Any
    ) -> tuple[Person, httpx.Response]:
        """Somebody who has just signed up, not signed in, and the answer."""
        person = self.nobody()
        person.email = new_email()
        person.sent = {"email": person.email, "password": PASSWORD, **fields}
        answer = person.post(path, json=person.sent)
        assert answer.status_code == 201, answer.text
        return person, answer


def not_throttled(response: httpx.Response) -> None:
    """Say what to do when a service that runs has been asked too often."""
    if response.status_code == 429:
        wait_s = response.headers.get("Retry-After")
        pytest.fail(
            f"{response.request.url.path} answers 429, for {wait_s} s more: the service"
            " counts the checklist as one address. Start it with THROTTLES=off.",
            pytrace=False,
        )


def code_of(answer: httpx.Response) -> str:
    """The one-time code, where the service tells it."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    code = body.get("code") or body.get("confirmation_code")
    if code is None:
        pytest.skip("the service sends codes by SMS only: it needs OTP_ECHO=1")
    return code


def new_phone() -> str:
    """A Russian mobile number. pytest-randomly gives each test the same random one."""
    return f"+79{secrets.randbelow(10**9):09}"


def new_email() -> str:
    return f"{uuid4().hex}@example.com"


def new_name() -> str:
    """A name that nobody else has, so that lists can be narrowed to it."""
    return f"N{uuid4().hex[:12]}"


def is_refused(answer: httpx.Response, *fields: str) -> bool:
    return answer.status_code == 400 and answer.json().keys() == {*fields}

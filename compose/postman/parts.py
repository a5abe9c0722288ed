"""What the collection is made of: folders and requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Auth = dict[str, Any]
NOBODY: Auth = {"type": "noauth"}


def token(variable: str) -> Auth:
    """`Authorization: Token …`, the key that POST /api/auth/token/login/ gives."""
    return _authorization(f"Token {{{{{variable}}}}}")


def bearer(variable: str) -> Auth:
    """`Authorization: Bearer …`, the access JWT that POST /api/user/sign-in/ gives."""
    return _authorization(f"Bearer {{{{{variable}}}}}")


def _authorization(value: str) -> Auth:
    header = {"key": "Authorization", "value": value, "in": "header"}
    return {
        "type": "apikey",
        "apikey": [{"key": k, "value": v, "type": "string"} for k, v in header.items()],
    }


@dataclass(frozen=True)
class File:
    """A file of this folder, as a field of a form."""

    name: str


@dataclass(frozen=True)
class Request:
    """A request, and what is true of its answer.

    call: method, path and query, as "GET /api/list?page_size=1"; a variable alone is
    a whole address. The body is `json` (made JSON), `text` (as it is) or `form`
    (multipart).
    tests: by what holds, the JavaScript that throws if it does not; `body` is the
    answer's JSON, `get(name)` a variable.
    fresh, keep: variables that are set before the request and after it, by the
    JavaScript of their values.
    auth: None for the folder's.
    until_s: asked again, once a second for so long, until the status is right.
    """

    name: str
    call: str
    about: str
    status: int
    tests: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    fresh: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    text: str | None = None
    form: Mapping[str, str | File] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: Auth | None = None
    before: str = ""
    until_s: int = 0


@dataclass(frozen=True)
class Folder:
    name: str
    about: str
    items: Sequence["Request | Folder"]
    auth: Auth | None = None

    def requests(self) -> list[Request]:
        """All, in the order in which they run."""
        return [
            request
            for item in self.items
            for request in ([item] if isinstance(item, Request) else item.requests())
        ]

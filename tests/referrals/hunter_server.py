"""Hunter's API, as hunter.io/api-documentation/v2 has it, on a port of its own."""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

VERIFIER, COMBINED = "/v2/email-verifier", "/v2/combined/find"

VERIFIED = {
    "data": {
        "status": "valid",
        "result": "deliverable",
        "_deprecation_notice": "Using result is deprecated, use status instead",
        "score": 100,
        "email": "ann@example.com",
        "regexp": True,
        "gibberish": False,
        "disposable": False,
        "webmail": False,
        "mx_records": True,
        "smtp_server": True,
        "smtp_check": True,
        "accept_all": False,
        "block": False,
        "sources": [],
    },
    "meta": {"params": {"email": "ann@example.com"}},
}
PERSON = {
    "id": "2d0a3f0b-6f0c-5b5e-9d5f-6b7a5f3f7c11",
    "name": {"fullName": "Ann Lee", "givenName": "Ann", "familyName": "Lee"},
    "email": "ann@example.com",
    "location": "Saint Petersburg, Russia",
    "geo": {"city": "Saint Petersburg", "lat": 59.94, "lng": 30.31},
    "employment": {"domain": "example.com", "name": "Example", "title": "Engineer"},
    "twitter": {"handle": None},
    "fuzzy": False,
}
COMPANY = {
    "name": "Example",
    "domain": "example.com",
    "category": {"sector": "Information Technology"},
    "tags": ["B2B"],
    "foundedYear": 1992,
    "metrics": {"employees": 7, "raised": None},
}
ENRICHED = {
    "data": {"person": PERSON, "company": COMPANY},
    "meta": {"email": "ann@example.com"},
}


def errors(code: int, name: str) -> dict[str, Any]:
    return {"errors": [{"id": name, "code": code, "details": "In words."}]}


@dataclass(frozen=True)
class Answer:
    """`body`: bytes as they are, or what is written as JSON. `pause_s`: before each
    byte of it."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0

    @property
    def parts(self) -> Iterable[bytes]:
        text = self.body
        if not isinstance(text, bytes):
            text = json.dumps(text).encode()
        return [bytes([byte]) for byte in text] if self.pause_s else [text]


@dataclass(frozen=True)
class Question:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    line: str


class HunterServer:
    """`answers`, by path: the next one each time, and the last one for ever.

    `asked`: the questions that came. They wait for their answers while `open` is clear.
    `before_answer` is called while the client waits.
    """

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.answers = {VERIFIER: [Answer(body=VERIFIED)]}
        self.answers[COMBINED] = [Answer(body=ENRICHED)]
        self.before_answer: Callable[[], None] = lambda: None
        self.open, self._stopping = threading.Event(), threading.Event()
        self.open.set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.hunter = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v2"

    def answer(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def answer_all(self, *answers: Answer) -> None:
        for path in (VERIFIER, COMBINED):
            self.answer(path, *answers)

    def paths(self) -> list[str]:
        return [question.path for question in self.asked]

    def take(self, question: Question) -> Answer:
        self.asked.append(question)
        left = self.answers.get(question.path, [Answer(404, errors(404, "not_found"))])
        return left.pop(0) if len(left) > 1 else left[0]

    def __enter__(self) -> "HunterServer":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        self.open.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hunter: HunterServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        hunter, parts = self.server.hunter, urlsplit(self.path)
        question = Question(
            parts.path,
            dict(parse_qsl(parts.query)),
            {name.lower(): value for name, value in self.headers.items()},
            self.path,
        )
        answer = hunter.take(question)
        hunter.open.wait()
        hunter.before_answer()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for part in answer.parts:
            hunter.pause(answer.pause_s)
            self.wfile.write(part)

    def log_message(self, format: str, *args: Any) -> None:
        """The tests look at `asked`."""

"""Pages of another origin: they may read refusals too, whoever makes these."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.harness.browser import chromium
from tests.harness.daphne import Server, daphne

MIB = 1024 * 1024
CODE = "payload_too_large"
STATUS = """
    async ([url, size, type]) => {
        const body = new Blob([new Uint8Array(size)], {type});
        const answer = await fetch(url, {method: "POST", body});
        return [answer.status, (await answer.json()).code];
    }
"""


class EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as pages:
        Thread(target=pages.serve_forever).start()
        yield f"http://127.0.0.1:{pages.server_port}"
        pages.shutdown()


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url, origin) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, CORS_ALLOWED_ORIGINS=origin) as made:
        yield made


@pytest.fixture
def page(origin) -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page()
        opened.goto(origin)
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size_mib", "kind"),
    [
        (2, "application/json"),
        (33, "multipart/form-data; boundary=x"),
        (80, "application/json"),
    ],
)
def test_a_page_reads_that_its_body_is_too_large(server, page, size_mib, kind):
    url = f"{server.url}/api/clients/"

    assert page.evaluate(STATUS, [url, size_mib * MIB, kind]) == [413, CODE]


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [("", b"{}", 400), ("?a=%ff", b"", 400), ("", bytes(2 * MIB), 413)],
)
def test_only_allowed_origins_may_read(client, origin, query, content, status):
    for asking, may in ((origin, origin), ("https://evil.example", None)):
        headers = {"Origin": asking, "Content-Type": "application/json"}
        answer = client.post(f"/api/clients/{query}", content=content, headers=headers)

        assert answer.status_code == status
        assert answer.headers.get("Access-Control-Allow-Origin") == may


@pytest.mark.parametrize("asking", ["http://[", "null", "\xff", "", "x" * 5000])
def test_nonsense_of_an_origin_is_ignored(server, asking):
    raw = f"GET /health/live HTTP/1.1\r\nHost: localhost\r\nOrigin: {asking}\r\n"

    answer = server.exchange(raw.encode("latin1") + b"Connection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")


def test_client_that_sends_on_and_on_is_cut_off(server):
    with server.connect() as client:
        client.sendall(
            b"POST /api/clients/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 99999999999999\r\n\r\n"
        )
        assert client.recv(12) == b"HTTP/1.1 413"

        with pytest.raises(ConnectionError):
            _send_without_end(client)


def _send_without_end(client: socket.socket) -> None:
    while True:
        client.sendall(bytes(MIB))


def test_refusal_reaches_a_client_that_sends_all_before_it_reads(server):
    with server.client() as client:
        answer = client.post("/api/clients/", content=bytes(100 * MIB))

    assert answer.status_code == 413

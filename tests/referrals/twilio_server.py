"""A server that speaks Twilio's Messages resource, as far as a sender sees it."""

import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SID, TOKEN = "AC" + "0" * 32, "secret"
CREATED = {
    "sid": "SM" + "1" * 32, "account_sid": SID, "status": "queued",
    "to": "+79991234567", "from": "+15005550006", "body": "…",
    "direction": "outbound-api",
    "num_segments": "1", "num_media": "0", "price": None, "price_unit": "USD",
    "error_code": None, "error_message": None, "messaging_service_sid": None,
    "date_created": "Fri, 20 Nov 2026 20:12:31 +0000", "date_sent": None,
    "date_updated": "Fri, 20 Nov 2026 20:12:33 +0000", "api_version": "2010-04-01",
    "uri": f"/2010-04-01/Accounts/{SID}/Messages/SM.json", "subresource_uris": {},
}  # fmt: skip


class TwilioServer:
    """Answers with `status` and `answer`; `hangs` until the test is over."""

    def __init__(self) -> None:
        self.status, self.answer, self.hangs = 201, json.dumps(CREATED), False
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.is_over = threading.Event()
        self.url = ""


def handler_of(server: TwilioServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        log_message: Callable[..., None] = lambda *args: None

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            _scheme, _blank, credentials = self.headers["Authorization"].partition(" ")
            server.asked.append((self.path, b64decode(credentials).decode(), form))
            if server.hangs:
                server.is_over.wait()
                return
            body = server.answer.encode()
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextmanager
def twilio_server() -> Iterator[TwilioServer]:
    server = TwilioServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(server)) as http:
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, args=[0.01])
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            http.shutdown()
            thread.join()

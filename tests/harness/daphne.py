"""A Daphne process: how one is started, and what talks to it."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from tests.harness.certificate import Certificate
from tests.harness.database import database_url
from tests.harness.programs import end, free_port
from tests.harness.waiting import PATIENCE_S, wait_until

OURS = "project.asgi:application"
SETTINGS = {
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "HTTPS": "off",
    "DEBUG": "off",
}
# A slow machine hangs nothing. Tests of what hangs, or of who gets how much, set their
# own, or have the service's defaults.
PATIENT = {
    "REQUEST_TIMEOUT_S": str(PATIENCE_S),
    "UPLOAD_TIMEOUT_S": str(PATIENCE_S),
    "STATEMENT_TIMEOUT_MS": str(PATIENCE_S * 1000),
    "LOCK_TIMEOUT_MS": str(PATIENCE_S * 1000),
    "WEB_QUEUE": "1000",
    "WEB_SIGN_IN_SHARE": "1",
    "WEB_ADDRESS_SHARE": "1",
    "HEAD_TIMEOUT_S": str(PATIENCE_S),
    "BODY_TIMEOUT_S": str(PATIENCE_S),
    "IDLE_TIMEOUT_S": str(PATIENCE_S),
    # All clients of a test, and of a benchmark, come from one address.
    "CONNECTIONS_PER_ADDRESS": "10000",
}
WEB_THREADS = 4


def command(*address: str, application: str = OURS) -> list[str]:
    quiet = ["--access-log", os.devnull, "--no-server-name"]
    return [sys.executable, "-m", "daphne", *address, *quiet, application]


def at_port(port: int) -> list[str]:
    return ["--bind", "127.0.0.1", "--port", str(port)]


@dataclass(frozen=True)
class Server:
    """`name`: what the server's connections are called in pg_stat_activity.

    `tls`: what a client verifies it with, if it speaks TLS itself.
    """

    host: str
    port: int
    name: str
    log: Path
    media: Path
    pid: int = 0
    tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def client(self, **options: Any) -> httpx.Client:
        options = {"verify": self.tls or True, "timeout": PATIENCE_S, **options}
        return httpx.Client(base_url=self.url, **options)

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=PATIENCE_S)

    def exchange(self, request: bytes) -> bytes:
        """Send bytes as they are and read until the server closes."""
        with self.connect() as client:
            client.sendall(request)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def errors_since(self, size: int) -> list[str]:
        """What went wrong in the server since its log had `size` bytes."""
        with self.log.open("rb") as log:
            log.seek(size)
            lines = log.read().decode(errors="replace").splitlines()
        loud = [line for line in lines if " ERROR " in line or " CRITICAL " in line]
        # A wrong Host is an "error" of Django's that a client alone can make; a 503 is
        # told to the client.
        meant = ("DisallowedHost", "Service Unavailable")
        is_quiet = all(any(text in line for text in meant) for line in loud)
        return [] if is_quiet else lines


@contextmanager
def daphne(
    folder: Path, certificate: Certificate | None = None, **environment: str
) -> Iterator[Server]:
    """A process that answers, with its log in `folder`; with a certificate by TLS.

    It has this process's database, which in tests is the test database.
    """
    port = free_port()
    made = Server("127.0.0.1", port, f"live-{port}", folder / "log", folder / "media")
    address = at_port(port)
    if certificate is not None:
        made = replace(made, tls=certificate.context())
        address = ["--endpoint", certificate.endpoint(made.host, port)]
    with made.log.open("wb") as log:
        process = subprocess.Popen(
            command(*address),
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ
            | SETTINGS
            | PATIENT
            | {
                "DATABASE_URL": database_url(),
                "PGAPPNAME": made.name,
                "MEDIA_ROOT": str(made.media),
                "THROTTLES": "off",
                "WEB_THREADS": str(WEB_THREADS),
            }
            | environment,
        )
        try:
            _wait_until_live(made, process)
            yield replace(made, pid=process.pid)
        finally:
            end([process])


def has_ended(server: Server) -> bool:
    """Whether the process is no more than what its parent has to collect."""
    status = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2]
    return status.split()[0] == "Z"


def _wait_until_live(server: Server, process: "subprocess.Popen[bytes]") -> None:
    def is_live() -> bool:
        if process.poll() is not None:
            log = server.log.read_text()
            raise AssertionError(f"the server did not start:\n{log}")
        return client.get("/health/live").status_code == 200

    with server.client() as client:
        wait_until(is_live, httpx.TransportError)

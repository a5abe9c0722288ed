"""A Daphne process over this worker's test database, and what talks to it."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from rest_framework.authtoken.models import Token

from matchmaker.models import Member
from tests.harness.certificate import Certificate
from tests.harness.mail_server import MailServer
from tests.harness.processes import Processes
from tests.harness.requests import PASSWORD, new_email

START_TIMEOUT_S = 60
WEB_THREADS = 4


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
        return httpx.Client(base_url=self.url, verify=self.tls or True, **options)

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=30)

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("live")


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> str:
    """Redis is shared by the workers of pytest-xdist; this is this one's part of it."""
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id != "master" else 1
    return urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()


@pytest.fixture(scope="session")
def server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    with daphne(tmp_path_factory.mktemp("live"), REDIS_URL=redis_url) as made:
        yield made


@contextmanager
def daphne(
    folder: Path, certificate: Certificate | None = None, **environment: str
) -> Iterator[Server]:
    """A process that answers, with its log in `folder`; with a certificate by TLS."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Server("127.0.0.1", port, f"live-{port}", folder / "log", folder / "media")
    address = ["--bind", made.host, "--port", str(port)]
    if certificate is not None:
        made = replace(made, tls=certificate.context())
        address = ["--endpoint", certificate.endpoint(made.host, port)]
    with (
        made.log.open("wb") as log,
        _daphne(made, address, log, environment) as process,
    ):
        try:
            _wait_until_live(made, process)
            yield replace(made, pid=process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _daphne(
    server: Server, address: list[str], log: IO[bytes], environment: dict[str, str]
) -> "subprocess.Popen[bytes]":
    quiet = ["--access-log", os.devnull, "--no-server-name"]
    return subprocess.Popen(
        [sys.executable, "-m", "daphne", *address, *quiet, "project.asgi:application"],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "PGAPPNAME": server.name,
            "MEDIA_ROOT": str(server.media),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "HTTPS": "off",
            "DEBUG": "off",
            "THROTTLES": "off",
            "WEB_THREADS": str(WEB_THREADS),
        }
        | environment,
    )


def database_url() -> str:
    """Of the test database, whose name pytest-django has put into the settings."""
    at = connection.settings_dict
    user, password = quote(at["USER"], safe=""), quote(at["PASSWORD"], safe="")
    return f"postgis://{user}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def _wait_until_live(server: Server, process: "subprocess.Popen[bytes]") -> None:
    with server.client() as client:
        for _try in range(START_TIMEOUT_S * 10):
            try:
                if client.get("/health/live").status_code == 200:
                    return
            except httpx.TransportError:
                try:  # the pause before the next try, which its end cuts short
                    process.wait(timeout=0.1)
                except subprocess.TimeoutExpired:
                    continue
                break
    pytest.fail(f"the server did not start:\n{server.log.read_text()}")


@pytest.fixture(autouse=True)
def unbroken(server: Server, transactional_db: None) -> Iterator[None]:
    """Rows that the server can see, and no error in its log afterwards."""
    size = server.log.stat().st_size
    yield
    assert not server.errors_since(size)


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """Nobody's client."""
    with server.client(timeout=60) as anonymous:
        yield anonymous


@pytest.fixture
def new_key(transactional_db: None) -> Callable[..., str]:
    """Make a member with PASSWORD, and give the key of its token."""
    # One round of the real hasher: the server takes it, and it costs nothing.
    password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)

    def make(**fields: Any) -> str:
        fields = {"email": new_email(), "password": password, **fields}
        return Token.objects.create(user=Member.objects.create(**fields)).key

    return make


@pytest.fixture
def member(client: httpx.Client, new_key: Callable[..., str]) -> httpx.Client:
    """The client of a signed-in member."""
    client.headers["Authorization"] = f"Token {new_key()}"
    return client


@pytest.fixture
def queue(redis_url: str) -> Iterator[redis.Redis]:
    """Redis, empty, as the server and the processes of a test have it."""
    client = redis.Redis.from_url(redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def start(
    transactional_db: None, tmp_path: Path, queue: redis.Redis, redis_url: str
) -> Iterator[Processes]:
    """Starts workers and sweepers over the test database; they end with the test."""
    with Processes(
        tmp_path, DATABASE_URL=database_url(), REDIS_URL=redis_url
    ) as processes:
        yield processes


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start_mailing(mail_server: MailServer, start: Processes) -> Processes:
    """`start`, for processes that mail by way of `mail_server`."""
    start.environment["EMAIL_URL"] = mail_server.url
    return start

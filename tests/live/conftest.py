"""A Daphne process over this worker's test database, and what a test may start."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from rest_framework.authtoken.models import Token

from matchmaker.models import Member
from tests.harness.daphne import Server, daphne
from tests.harness.database import database_url
from tests.harness.mail_server import MailServer
from tests.harness.processes import Processes
from tests.harness.requests import PASSWORD, new_email


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("live")


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> str:
    """Redis is shared by the workers of pytest-xdist; this is this one's part of it."""
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id != "master" else 1
    return urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Whatever a test opens is closed at its end."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    with daphne(tmp_path_factory.mktemp("live"), REDIS_URL=redis_url) as made:
        yield made


@pytest.fixture(autouse=True)
def unbroken(server: Server, transactional_db: None) -> Iterator[None]:
    """Rows that the server can see, and no error in its log afterwards."""
    size = server.log.stat().st_size
    yield
    assert not server.errors_since(size)


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """Nobody's client."""
    with server.client() as anonymous:
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

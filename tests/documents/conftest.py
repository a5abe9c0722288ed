"""One service for a document's tests: one that we start, or the one at SEED_URL.

SEED_URL=http://127.0.0.1:8000 asks a service that runs, `make run`'s say, and needs
its OTP_ECHO. SEED_STAFF=email:password signs in to its admin.
EVENT_MINUTE=1 gives our own the document's 60 seconds before an event appears.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
import redis
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command

from matchmaker.models import Member
from tests.documents.people import People
from tests.harness.daphne import daphne
from tests.harness.database import database_url
from tests.harness.mail_server import MailServer
from tests.harness.processes import ROOT, SWEEPER, WORKER, Processes
from tests.harness.requests import PASSWORD
from tests.harness.waiting import PATIENCE_S
from tests.live.conftest import redis_url
from tests.referrals.hunter_server import HunterServer

__all__ = ["redis_url"]

SEED_URL = os.environ.get("SEED_URL", "").rstrip("/")
A_MINUTE_S = 60


@dataclass(frozen=True)
class Service:
    """`mails` and `hunter` stand around our own service only.

    `staff`: e-mail and password of somebody who may all in the admin.
    """

    url: str
    publish_delay_s: int
    mails: MailServer | None = None
    hunter: HunterServer | None = None
    staff: tuple[str, str] | None = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "service" in getattr(item, "fixturenames", ()):
            item.add_marker("live")
            if not SEED_URL:
                # pytest-django makes a database only where a test asks for one.
                item.add_marker("django_db")


@pytest.fixture(scope="module")
def service(request: pytest.FixtureRequest) -> Service:
    if not SEED_URL:
        return request.getfixturevalue("own_service")
    email, _colon, password = os.environ.get("SEED_STAFF", "").partition(":")
    staff = (email, password) if password else None
    return Service(SEED_URL, A_MINUTE_S, staff=staff)


@pytest.fixture(scope="module")
def environment(redis_url: str, mails: MailServer, hunter: HunterServer):
    """What Daphne, the worker and the sweeper of our own service have in common."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.documents.settings",
        "REDIS_URL": redis_url,
        "EMAIL_URL": mails.url,
        "HUNTER_API_KEY": "a-key-of-ours",
        "HUNTER_URL": hunter.url,
    }


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def hunter() -> Iterator[HunterServer]:
    with HunterServer() as server:
        yield server


@pytest.fixture(scope="module")
def own_service(
    django_db_setup: None,
    django_db_blocker,
    tmp_path_factory: pytest.TempPathFactory,
    environment: dict[str, str],
    mails: MailServer,
    hunter: HunterServer,
) -> Iterator[Service]:
    """Daphne as make run starts it. What it stores is gone with the module."""
    delay_s = A_MINUTE_S if "EVENT_MINUTE" in os.environ else 5
    with django_db_blocker.unblock():
        encoded = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
        staff = Member.objects.create(
            email="staff@documents.example.com",
            password=encoded,
            is_staff=True,
            is_superuser=True,
        )
        with daphne(
            tmp_path_factory.mktemp("documents"),
            **environment,
            OTP_ECHO="1",
            ALLOWED_HOSTS=hosts_of_make_run(),
            EVENT_PUBLISH_DELAY_SECONDS=str(delay_s),
        ) as made:
            yield Service(
                made.url, delay_s, mails, hunter, (str(staff.email), PASSWORD)
            )
            assert not made.errors_since(0)
        call_command("flush", verbosity=0, interactive=False)


def hosts_of_make_run() -> str:
    """The host names that `make run` answers to."""
    script = (ROOT / "compose/local/run.sh").read_text()
    return re.search(r"ALLOWED_HOSTS:-([^}]+)}", script)[1]


@pytest.fixture(scope="module")
def workers(request: pytest.FixtureRequest, service: Service) -> None:
    """Whoever publishes events, sends mails and looks up e-mails is at work."""
    if not SEED_URL:
        request.getfixturevalue("own_workers")


@pytest.fixture(scope="module")
def own_workers(
    own_service: Service,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    queue = redis.Redis.from_url(environment["REDIS_URL"])
    queue.flushdb()  # of messages about rows that other tests had
    with Processes(
        tmp_path_factory.mktemp("workers"), DATABASE_URL=database_url(), **environment
    ) as start:
        start(WORKER)
        start(SWEEPER)
        start.all_ready()
        yield
    queue.close()


@pytest.fixture(scope="module")
def people(service: Service) -> Iterator[People]:
    with People(service.url, deletes=bool(SEED_URL)) as made:
        yield made


@pytest.fixture(scope="module")
def nobody(people: People) -> httpx.Client:
    """A client that has not signed in."""
    return people.nobody()


@pytest.fixture(scope="module")
def staff(service: Service) -> Iterator[httpx.Client]:
    """Staff's client: its API by a JWT, and the admin by a session."""
    if service.staff is None:
        pytest.skip("SEED_STAFF=email:password names nobody of the service's staff")
    email, password = service.staff
    with httpx.Client(
        base_url=service.url, timeout=PATIENCE_S, follow_redirects=True
    ) as client:
        client.get("/admin/login/")
        form = {
            "username": email,
            "password": password,
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
            "next": "/admin/",
        }
        page = client.post("/admin/login/", data=form, headers={"Referer": service.url})
        assert page.url.path == "/admin/", page.text[:500]
        given = {"email": email, "password": password}
        pair = client.post("/api/user/sign-in/", json=given).json()
        client.headers["Authorization"] = f"Bearer {pair['access']}"
        yield client


@pytest.fixture
def mailbox(service: Service, workers: None) -> Callable[[str], list[str]]:
    """Read the texts of the mails that an address has got."""
    if service.mails is None:
        pytest.skip("mails of a service that runs are not seen from outside")
    boxes = service.mails.boxes

    def read(address: str) -> list[str]:
        mails = boxes[address].values()
        return [mail.get_body(("plain",)).get_content() for mail in mails]

    return read

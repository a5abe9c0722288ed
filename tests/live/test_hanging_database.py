"""A PostgreSQL that is stopped, or takes no more connections: 503, and soon.

In a cluster of its own: the tests' is shared by all that runs beside.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from functools import partial

import httpx
import psycopg2
import pytest

from tests.harness.daphne import Server, daphne
from tests.harness.postgres import Postgres
from tests.harness.processes import ROOT
from tests.harness.requests import PASSWORD, new_email
from tests.harness.waiting import PATIENCE_S, wait_until

REQUEST_TIMEOUT_S = 3
# Of a request; many times that for a machine with other things to do.
SOON_S = 20 * REQUEST_TIMEOUT_S
MAX_CONNECTIONS = 15
LIMITS = {
    "REQUEST_TIMEOUT_S": str(REQUEST_TIMEOUT_S),
    "STATEMENT_TIMEOUT_MS": "2500",
    "LOCK_TIMEOUT_MS": "400",
    "WEB_THREADS": "4",
    "DJANGO_SETTINGS_MODULE": "tests.documents.settings",  # passwords cost nothing
}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with ExitStack() as opened:
        made = Postgres(tmp_path_factory.mktemp("postgres"), MAX_CONNECTIONS)
        opened.callback(made.close)
        made.start()
        opened.callback(made.kill)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": made.url},
            check=True,
        )
        yield made


@pytest.fixture(scope="module")
def server(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    with daphne(
        tmp_path_factory.mktemp("live"),
        DATABASE_URL=postgres.url,
        REDIS_URL=redis_url,
        **LIMITS,
    ) as made:
        yield made


@pytest.fixture(autouse=True)
def unbroken() -> None:
    """Here the server's log has errors."""


LOOKED_UP = {"Authorization": f"Token {'0' * 40}"}


def sign_up(client: httpx.Client, email: str) -> httpx.Response:
    fields = {"email": email, "password": PASSWORD}
    return client.post("/api/user/sign-up/", json=fields)


def stored(postgres: Postgres, emails: list[str]) -> int:
    """How many of these have an account."""
    names = ",".join(emails)
    ((count,),) = postgres.query(
        f"SELECT count(*) FROM matchmaker_member WHERE email = ANY ('{{{names}}}')"
    )
    return count


def is_refusal(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 503
        and answer.json()["code"] == "unavailable"
        and int(answer.headers["Retry-After"]) > 0
        and "no-store" in answer.headers["Cache-Control"]
    )


def test_stopped_database_is_503_soon_and_nothing_is_stored_later(
    server, client, postgres
):
    emails = [new_email() for _i in range(12)]
    assert client.get("/api/clients/me/").status_code == 401

    def read(_i: int) -> httpx.Response:
        return client.get("/api/clients/", headers=LOOKED_UP)

    # A connection in one thread at least, and one to be made in others.
    wait_until(lambda: sign_up(client, new_email()).status_code == 201)
    with postgres.stopped(), ThreadPoolExecutor(24) as threads:
        signing_up = threads.map(partial(sign_up, client), emails)
        reading = threads.map(read, range(12))
        answers = [*signing_up, *reading]
        live = client.get("/health/live")

    assert all(map(is_refusal, answers)), [each.text for each in answers]
    assert max(each.elapsed.total_seconds() for each in answers) < SOON_S
    assert live.status_code == 200
    assert stored(postgres, emails) == 0
    wait_until(lambda: sign_up(client, emails[0]).status_code == 201)


def test_locked_table_is_503_and_nothing_is_stored_later(server, client, postgres):
    emails = [new_email() for _i in range(8)]

    with closing(psycopg2.connect(postgres.dsn)) as locker, locker.cursor() as cursor:
        cursor.execute("LOCK TABLE matchmaker_member")
        with ThreadPoolExecutor(8) as threads:
            answers = [*threads.map(partial(sign_up, client), emails)]

    assert all(map(is_refusal, answers)), [each.text for each in answers]
    assert stored(postgres, emails) == 0


WAITING_COMMIT = """
    CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql
        SET lock_timeout = 0 AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(1);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON matchmaker_member
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait_for_lock();
"""


@pytest.fixture
def commit_lock(postgres: Postgres) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor; while it has advisory lock 1, no COMMIT of a sign-up ends."""
    with closing(psycopg2.connect(postgres.dsn)) as own, own.cursor() as cursor:
        own.autocommit = True
        cursor.execute(WAITING_COMMIT)
        yield cursor
        cursor.execute("DROP FUNCTION wait_for_lock CASCADE")


def test_commit_without_an_answer_is_not_called_refused(
    postgres, commit_lock, tmp_path, redis_url
):
    email = new_email()
    environment = LIMITS | {
        "DATABASE_URL": postgres.url,
        "REDIS_URL": redis_url,
        "STATEMENT_TIMEOUT_MS": "600000",
    }

    with (
        daphne(tmp_path, **environment) as server,
        httpx.Client(base_url=server.url, timeout=PATIENCE_S) as client,
    ):
        commit_lock.execute("SELECT pg_advisory_lock(1)")
        answer = sign_up(client, email)
        was_stored = stored(postgres, [email])
        commit_lock.execute("SELECT pg_advisory_unlock(1)")

    assert answer.status_code == 503
    assert answer.json()["code"] == "outcome_unknown"
    assert int(answer.headers["Retry-After"]) > 0
    assert was_stored == 0
    # PostgreSQL had the COMMIT, and did it when it could.
    wait_until(lambda: stored(postgres, [email]) == 1)


def test_restart_costs_no_request(server, client, postgres):
    def read() -> int:
        return client.get("/api/clients/", headers=LOOKED_UP).status_code

    assert read() == 401

    postgres.kill()
    postgres.start()

    assert {read() for _i in range(20)} == {401}


def test_ended_connections_cost_no_request(server, client, postgres):
    def read() -> int:
        return client.get("/api/clients/", headers=LOOKED_UP).status_code

    assert read() == 401

    ended = postgres.query(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
        f" WHERE application_name = '{server.name}'"
    )

    assert ended
    assert {read() for _i in range(20)} == {401}


@pytest.fixture
def stranger(server: Server) -> Iterator[httpx.Client]:
    """Somebody whose session has to be looked up."""
    with server.client(headers={"Cookie": f"sessionid={'a' * 32}"}) as made:
        yield made


def test_exhausted_connections_are_503_everywhere(server, client, stranger, postgres):
    form = {"username": new_email(), "password": PASSWORD}
    known = {"email": new_email(), "password": PASSWORD}

    def paths() -> list[httpx.Response]:
        page = client.get("/admin/login/")
        token = {"csrfmiddlewaretoken": page.cookies["csrftoken"]}
        return [
            client.post("/admin/login/", data=form | token),
            stranger.get("/admin/"),
            client.post("/api/auth/token/login/", json=known),
        ]

    postgres.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE application_name = '{server.name}'"
    )
    with ExitStack() as opened:
        for _i in range(MAX_CONNECTIONS + 1):
            with suppress(psycopg2.OperationalError):  # too many clients
                opened.enter_context(closing(psycopg2.connect(postgres.dsn)))
        refused = paths()

    assert [each.status_code for each in refused] == [503] * 3
    assert all(int(each.headers["Retry-After"]) > 0 for each in refused)
    assert "temporarily unavailable" in refused[0].text
    wait_until(lambda: [each.status_code for each in paths()] == [200, 302, 400])

"""The readiness page: what it names, and how late work is."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import redis
from django.core.files.storage import FileSystemStorage
from django.db import connection, connections
from django.db.models.functions import Now
from django.test import Client

from matchmaker import services
from matchmaker.models import MatchMail
from project import health, heartbeats
from project.lib.background import due
from project.lib.probes import Probe
from tests.factories import MemberFactory
from tests.harness.redis_server import RedisServer
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.threads import at_once

# The database is asked by a thread of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

NO_LAG = dict.fromkeys(due.KINDS, 0.0)


@pytest.fixture(autouse=True)
def fresh(monkeypatch) -> Iterator[None]:
    """Probes that no other test has started, and that have ended afterwards."""
    made = health.make_probes()
    monkeypatch.setattr(health, "PROBES", made)
    yield
    for probe in made.values():
        with suppress(Exception):
            probe.start()
            probe._answer.result(PATIENCE_S)


@pytest.fixture(autouse=True)
def silence(settings) -> Iterator[redis.Redis]:
    """Nothing beats."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    keys = [heartbeats.key(p) for p in (heartbeats.WORKERS, heartbeats.SWEEPER)]
    client.delete(*keys)
    yield client
    client.delete(*keys)
    client.close()


def beat(part: str) -> None:
    ended = threading.Event()
    ended.set()
    heartbeats.beat(part, ended)


def test_ready_when_workers_and_a_sweeper_beat(api, silence):
    beat(heartbeats.WORKERS)
    beat(heartbeats.SWEEPER)

    response = api.get("/health/ready")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "lag_s": NO_LAG}
    key = heartbeats.key(heartbeats.SWEEPER)
    assert 0 < silence.ttl(key) <= heartbeats.LIFETIME_S  # a dead one is missed


@pytest.mark.parametrize(
    ("beating", "failing"),
    [
        ([], ["workers", "sweeper"]),
        ([heartbeats.WORKERS], ["sweeper"]),
        ([heartbeats.SWEEPER], ["workers"]),
    ],
)
def test_parts_that_do_not_beat_are_named(api, beating, failing):
    for part in beating:
        beat(part)

    response = api.get("/health/ready")

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response.json() == {
        "status": "failing",
        "failing": failing,
        "lag_s": NO_LAG,
    }


def test_sweeper_that_is_not_well_does_not_beat(api):
    ended = threading.Event()
    ended.set()

    heartbeats.beat(heartbeats.SWEEPER, ended, lambda: False)

    assert "sweeper" in api.get("/health/ready").json()["failing"]


def test_lag_is_told_while_a_mail_waits(api):
    one, other = MemberFactory.create_batch(2)
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)
    MatchMail.objects.update(due_at=Now() - timedelta(seconds=90))

    lag_s = api.get("/health/ready").json()["lag_s"]

    assert 90 <= lag_s["match_mail"] < 95


def test_redis_away_is_named_with_what_it_knows(api, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = api.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["failing"] == ["redis"]
    assert response.json()["lag_s"] == NO_LAG


def failing(api) -> list[str]:
    answer = api.get("/health/ready")
    assert (answer.status_code == 503) == (answer.json()["status"] == "failing")
    return answer.json().get("failing", [])


@pytest.fixture
def beating(settings) -> Iterator[None]:
    beat(heartbeats.WORKERS)
    beat(heartbeats.SWEEPER)


@pytest.fixture
def own(settings, tmp_path) -> Iterator[RedisServer]:
    """A Redis of this test's own, to which all beat."""
    with RedisServer(tmp_path) as server:
        settings.REDIS_URL = server.url
        beat(heartbeats.WORKERS)
        beat(heartbeats.SWEEPER)
        yield server


@pytest.mark.parametrize(
    ("name", "value"), [("maxmemory", 1), ("min-replicas-to-write", 1)]
)
def test_redis_that_refuses_writes_is_named(api, own, name, value):
    own.client.config_set(name, value)

    assert failing(api) == ["redis"]


def test_redis_that_follows_another_is_named(api, own):
    own.client.replicaof("127.0.0.1", "1")

    assert failing(api) == ["redis"]


def test_redis_that_hangs_is_named(api, own):
    with own.hanging():
        assert failing(api) == ["redis"]


@pytest.mark.usefixtures("beating")
def test_database_that_takes_no_writes_is_named(api):
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only=on')
    try:
        answer = api.get("/health/ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f'ALTER DATABASE "{name}" RESET ALL')

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "failing",
        "failing": ["database"],
        "lag_s": None,
    }


@pytest.mark.usefixtures("beating")
def test_database_that_hangs_is_named_in_time(api):
    with connection.cursor() as cursor:
        # As long as this connection is open, others wait for what they read.
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        try:
            answers = [failing(api) for _ in range(3)]
        finally:
            cursor.execute("ROLLBACK")

    assert answers == [["database"]] * 3


@pytest.mark.usefixtures("beating")
def test_nothing_stays_of_what_is_written(api, media):
    def sessions() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_session")
            return cursor.fetchone()[0]

    before = sessions()
    assert failing(api) == []
    assert sessions() == before
    assert [file for file in media.rglob("*") if file.is_file()] == []


class FullDisk(FileSystemStorage):
    """A disk with room for names, and for nothing else."""

    def _save(self, name, content):
        super()._save(name, content)
        raise OSError(28, "No space left on device")


@pytest.mark.usefixtures("beating")
def test_media_that_cannot_be_written_are_named(api, settings, media):
    storage = f"{FullDisk.__module__}.{FullDisk.__qualname__}"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": storage}}

    assert failing(api) == ["media"]
    assert [file for file in media.rglob("*") if file.is_file()] == []


@pytest.mark.usefixtures("beating")
def test_media_that_are_a_file_are_named(api, settings, tmp_path):
    (tmp_path / "file").write_text("x")
    settings.MEDIA_ROOT = str(tmp_path / "file")

    assert failing(api) == ["media"]


# --- Probes -------------------------------------------------------------------------


def test_any_number_of_questions_is_one_check():
    checks = []
    probe = Probe(lambda: checks.append(1))

    for _ in range(50):
        probe.answer()

    assert len(checks) <= 2


def test_check_that_hangs_is_one_thread_and_told_in_time(settings):
    going_on = threading.Event()
    threads = threading.active_count()
    probe: Probe[bool] = Probe(lambda: going_on.wait(PATIENCE_S))
    started_at = time.monotonic()

    def ask() -> bool:
        try:
            return probe.answer()
        except TimeoutError:
            return False

    try:
        answers = [ask() for _ in range(20)]
        assert answers == [False] * 20
        # The first one has waited, and the others no longer.
        assert time.monotonic() - started_at >= settings.READY_TIMEOUT_S
        assert threading.active_count() <= threads + 1
    finally:
        going_on.set()
    wait_until(ask)


def test_storm_of_questions_writes_once(silence):
    writes = int(silence.info("commandstats").get("cmdstat_set", {"calls": 0})["calls"])

    at_once(*[lambda: Client().get("/health/ready").status_code] * 20)

    stats = silence.info("commandstats")
    assert int(stats["cmdstat_set"]["calls"]) - writes <= 2
    connections.close_all()


def test_error_of_a_check_is_the_error_of_the_answer():
    def check() -> None:
        raise KeyError("x")

    probe: Callable[[], None] = Probe(check).answer
    with pytest.raises(KeyError):
        probe()

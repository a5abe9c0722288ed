"""The readiness page: what it names, and how late work is."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.db.models.functions import Now

from matchmaker import services
from matchmaker.models import MatchMail
from project import heartbeats
from project.lib.background import due
from tests.factories import MemberFactory

NO_LAG = dict.fromkeys(due.KINDS, 0.0)


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


def test_ready_when_workers_and_a_sweeper_beat(api, db, silence):
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
def test_parts_that_do_not_beat_are_named(api, db, beating, failing):
    for part in beating:
        beat(part)

    response = api.get("/health/ready")

    assert response.status_code == 503
    assert response.json() == {
        "status": "failing",
        "failing": failing,
        "lag_s": NO_LAG,
    }


def test_sweeper_that_is_not_well_does_not_beat(api, db):
    ended = threading.Event()
    ended.set()

    heartbeats.beat(heartbeats.SWEEPER, ended, lambda: False)

    assert "sweeper" in api.get("/health/ready").json()["failing"]


def test_lag_is_told_while_a_mail_waits(api, db):
    one, other = MemberFactory.create_batch(2)
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)
    MatchMail.objects.update(due_at=Now() - timedelta(seconds=90))

    lag_s = api.get("/health/ready").json()["lag_s"]

    assert 90 <= lag_s["match_mail"] < 95


def test_redis_away_is_named_with_what_it_knows(api, db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = api.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["failing"] == ["redis"]
    assert response.json()["lag_s"] == NO_LAG

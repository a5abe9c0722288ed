"""What Redis remembers of codes, and what it must forget: on a real one."""

import socket
import time
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from referrals import cache, services
from referrals.cache import Owner, owner_of
from referrals.codes import new_code
from tests.factories import MemberFactory
from tests.harness.waiting import PATIENCE_S
from tests.referrals.factories import InviteCodeFactory


class Database:
    """Codes' owners, and how often they are asked for."""

    def __init__(self, owner: Owner | None) -> None:
        self.owner = owner
        self.asked = 0

    def read(self) -> Owner | None:
        self.asked += 1
        return self.owner


@pytest.fixture
def code() -> str:
    return new_code()


def test_database_is_asked_once(code):
    database = Database(Owner(7, None))

    assert [owner_of(code, database.read) for _ in range(3)] == [7, 7, 7]

    assert database.asked == 1


def test_unknown_codes_are_asked_for_each_time(code):
    database = Database(None)

    assert [owner_of(code, database.read) for _ in range(2)] == [None, None]
    database.owner = Owner(7, None)
    assert owner_of(code, database.read) == 7

    assert database.asked == 3


def test_forgotten_codes_are_asked_for_again(code):
    database = Database(Owner(7, None))
    owner_of(code, database.read)
    database.owner = None

    cache.forget(code)

    assert owner_of(code, database.read) is None


def test_what_was_read_before_a_deletion_is_not_stored_after_it(code):
    database = Database(Owner(7, None))

    def read_and_then_it_is_deleted() -> Owner | None:
        found, database.owner = database.read(), None
        cache.forget(code)
        return found

    assert owner_of(code, read_and_then_it_is_deleted) == 7

    assert owner_of(code, database.read) is None


def test_reader_after_a_deletion_does_not_let_the_one_before_it_store(code):
    database = Database(Owner(7, None))

    def read_and_then_others_delete_and_read() -> Owner | None:
        found, database.owner = database.read(), None
        cache.forget(code)
        assert owner_of(code, database.read) is None
        return found

    owner_of(code, read_and_then_others_delete_and_read)

    assert owner_of(code, database.read) is None


def test_what_is_stored_does_not_outlive_the_code(code):
    database = Database(Owner(7, 200))
    owner_of(code, database.read)
    database.owner = None

    time.sleep(0.3)

    assert owner_of(code, database.read) is None


def test_nothing_is_stored_for_ever(code, settings):
    owner_of(code, Database(Owner(7, None)).read)
    owner_of(new_code(), Database(None).read)

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        keys = server.keys("invite:*")
        assert keys
        assert all(0 < server.pttl(key) <= cache.LIFETIME_S * 1000 for key in keys)


def test_redis_that_hangs_costs_a_moment(code, settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        start = time.monotonic()

        assert owner_of(code, Database(Owner(7, None)).read) == 7
        cache.forget(code)

        assert time.monotonic() - start < PATIENCE_S


@pytest.mark.django_db(transaction=True)
def test_deletion_is_forgotten_at_its_commit():
    code = InviteCodeFactory(expires_at=timezone.now() + timedelta(hours=1))
    services.activate_code(MemberFactory(), code.code, meta={})
    assert owner_of(code.code, lambda: None) == code.member_id

    services.delete_code(code.member)

    assert owner_of(code.code, lambda: None) is None


@pytest.mark.django_db(transaction=True)
def test_expired_code_that_is_replaced_is_forgotten():
    code = InviteCodeFactory(expired=True)
    owner_of(code.code, lambda: Owner(code.member_id, None))

    services.create_code(code.member, expires_at=None)

    assert owner_of(code.code, lambda: None) is None

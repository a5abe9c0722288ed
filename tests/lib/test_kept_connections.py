"""A kept connection that has ended is replaced before anything is sent over it."""

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction

from matchmaker.models import Member
from project.lib.database.errors import is_unavailable
from tests.factories import MemberFactory
from tests.harness.database import database_url

pytestmark = pytest.mark.django_db(transaction=True)

Other = Callable[[str], object]


@pytest.fixture
def other() -> Iterator[Other]:
    """A statement that somebody else sends."""
    dsn = database_url().replace("postgis:", "postgresql:", 1)
    with closing(psycopg2.connect(dsn)) as theirs, theirs.cursor() as cursor:
        theirs.autocommit = True
        yield cursor.execute


def backend() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def end(pid: int, other: Other) -> None:
    other(f"SELECT pg_terminate_backend({pid}, 60000)")  # waits until it is gone


def test_ended_one_costs_no_request(as_ann, other):
    pid = backend()
    end(pid, other)

    close_old_connections()  # as at the beginning of a request

    assert as_ann.get("/api/clients/me/").status_code == 200
    assert backend() != pid


def test_ended_one_costs_no_transaction(other):
    end(backend(), other)

    close_old_connections()
    with transaction.atomic():
        MemberFactory()

    assert Member.objects.count() == 1


def test_end_within_a_transaction_is_not_mended(other):
    @transaction.atomic
    def store_two() -> None:
        MemberFactory()
        end(backend(), other)
        MemberFactory()

    with pytest.raises(DatabaseError) as raised:
        store_two()

    assert is_unavailable(raised.value)
    close_old_connections()
    assert not Member.objects.exists()


def test_nothing_is_asked_of_one_that_lives(django_assert_num_queries):
    pid = backend()

    close_old_connections()
    with django_assert_num_queries(1):
        Member.objects.count()

    assert backend() == pid


def test_news_are_no_end(other):
    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    pid = backend()
    close_old_connections()
    other("NOTIFY news")

    assert Member.objects.count() == 0
    assert backend() == pid

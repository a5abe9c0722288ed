"""The deadline of a piece of work: nothing is sent to the database after it."""

import pytest
from django.db import IntegrityError, connection, transaction

from matchmaker.models import Member
from project.lib.database import deadlines
from project.lib.database.deadlines import Deadline, TimeIsUp
from project.lib.database.errors import is_unavailable
from tests.factories import MemberFactory


def test_no_statement_after_it(ann):
    with deadlines.under(Deadline.after(-1)), pytest.raises(TimeIsUp) as raised:
        Member.objects.count()

    assert is_unavailable(raised.value)
    assert Member.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_commit_after_it():
    deadline = Deadline.after(1000)

    @transaction.atomic
    def store() -> None:
        MemberFactory()
        deadline.ends_at = 0.0

    with deadlines.under(deadline), pytest.raises(TimeIsUp):
        store()

    assert not deadline.has_committed
    assert not Member.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_commit_in_time_leaves_time_for_the_answer(settings):
    deadline = Deadline.after(1000)

    with deadlines.under(deadline):
        with transaction.atomic():
            MemberFactory()
            deadline.ends_at -= 1000 - settings.GRACE_S / 2
            before = deadline.ends_at
        assert deadline.has_committed
        assert deadline.ends_at > before
        assert Member.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("sql", "has_committed"),
    [
        ("UPDATE django_session SET session_data = ''", True),
        (" delete from django_session", True),
        ("WITH gone AS (DELETE FROM django_session RETURNING 1) TABLE gone", True),
        ("SELECT 'UPDATE'", False),
        ("WITH one AS (SELECT 1) TABLE one", False),
    ],
)
def test_statement_that_writes_is_its_own_commit(sql, has_committed):
    deadline = Deadline.after(1000)

    with deadlines.under(deadline), connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(sql)
            assert not deadline.has_committed
            transaction.set_rollback(True)
        cursor.execute(sql)

    assert deadline.has_committed == has_committed


@pytest.mark.django_db(transaction=True)
def test_write_that_postgresql_refuses_is_not_in_doubt(ann):
    deadline = Deadline.after(1000)

    with deadlines.under(deadline), pytest.raises(IntegrityError):
        type(ann).objects.update(gender="x" * 6)

    assert not deadline.has_committed


@pytest.mark.django_db(transaction=True)
def test_no_connection_after_it():
    connection.close()

    with deadlines.under(Deadline.after(-1)), pytest.raises(TimeIsUp):
        connection.ensure_connection()

    connection.ensure_connection()


def test_inner_one_ends_with_its_block(ann):
    outer = Deadline.after(1000)

    with deadlines.under(outer):
        with deadlines.under(Deadline.after(-1)), pytest.raises(TimeIsUp):
            Member.objects.count()
        assert deadlines.current() is outer
        assert Member.objects.count() == 1
    assert deadlines.current() is None


def test_api_answers_503(as_ann):
    with deadlines.under(Deadline.after(-1)):
        response = as_ann.get("/api/clients/me/")

    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"
    assert int(response["Retry-After"]) > 0


def test_admin_answers_503(client, ann):
    client.raise_request_exception = False
    client.force_login(ann)

    with deadlines.under(Deadline.after(-1)):
        response = client.get("/admin/")

    assert response.status_code == 503
    assert response["Content-Type"].startswith("text/html")
    assert int(response["Retry-After"]) > 0

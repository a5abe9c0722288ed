"""Prepared statements, and what may happen to them on a connection that is kept."""

from collections.abc import Iterator

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from matchmaker.models import Member
from project.lib.database.errors import is_unavailable
from project.lib.database.prepared import (
    PREPARED_MAX,
    PreparedStatements,
    StatementsLost,
)
from project.lib.reads.statements import FilterParam, Param, Statement
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = Param[int](lambda value: value)
NEXT: Statement[int] = Statement.written("SELECT {n}::int + {one}", n=NUMBER, one=1)


@pytest.fixture(autouse=True)
def fresh_connection() -> Iterator[None]:
    connection.close()
    yield
    connection.close()


@pytest.fixture
def table() -> Iterator[None]:
    run("CREATE TABLE shelf AS SELECT 7::int AS value")
    yield
    run("DROP TABLE IF EXISTS shelf")


VALUE: Statement[int] = Statement.written(
    "SELECT value FROM shelf WHERE {n} > 0", n=NUMBER
)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def prepared() -> list[tuple]:
    """The statements that this session has prepared, and how they were planned."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements"
            " ORDER BY prepare_time"
        )
        return cursor.fetchall()


def test_planned_once_for_all_values():
    assert [NEXT.row(n) for n in (1, 2, -3, 2**31 - 2)] == [
        (2,), (3,), (-2,), (2**31 - 1,)
    ]  # fmt: skip

    ((sql, generic, custom),) = prepared()
    assert "SELECT $1::int + 1" in sql
    assert (generic, custom) == (4, 0)


def test_one_parameter_however_often_it_is_used():
    twice: Statement[int] = Statement.written("SELECT {n}::int * {n}", n=NUMBER)

    assert twice.row(5) == (25,)
    assert "$2" not in prepared()[0][0]


def test_percent_signs_and_quotes():
    odd: Statement[int] = Statement.written(
        "SELECT 7 %% {n}::int, {text}", n=NUMBER, text="100 % of 'it' $1 %s"
    )

    assert odd.row(4) == (3, "100 % of 'it' $1 %s")
    assert odd.row(5) == (2, "100 % of 'it' $1 %s")


def test_values_of_filters_are_seen_by_the_planner():
    found: Statement[int] = Statement.written(
        "SELECT {n}::int", n=FilterParam[int](lambda value: value)
    )

    assert found.row(5) == (5,)
    assert prepared() == []


def test_lists_are_prepared_unless_a_value_decides(as_ann):
    def sent(**query: str) -> str:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get("/api/clients/", query).status_code == 200
        return captured.captured_queries[-1]["sql"]

    for query in ({}, {"distance": "5"}, {"gender": "male"}, {"liked": "true"}):
        assert sent(**query).startswith("EXECUTE "), query
    for query in ({"first_name": "ann"}, {"in_bbox": "1,2,3,4"}):
        assert "EXECUTE" not in sent(**query), query


def test_new_connection_has_prepared_nothing():
    assert NEXT.row(1) == (2,)

    connection.close()

    assert NEXT.row(1) == (2,)
    assert len(prepared()) == 1


@pytest.mark.parametrize("command", ["DISCARD ALL", "DEALLOCATE ALL"])
def test_what_is_gone_is_prepared_again(command):
    assert NEXT.row(1) == (2,)

    run(command)

    assert [NEXT.row(n) for n in (1, 2)] == [(2,), (3,)]
    assert len(prepared()) == 1


def test_what_is_gone_ends_a_transaction_and_the_next_one_works():
    assert NEXT.row(1) == (2,)
    run("DEALLOCATE ALL")

    def store() -> None:
        with transaction.atomic():
            MemberFactory()
            NEXT.row(1)

    with pytest.raises(StatementsLost) as raised:
        store()

    assert is_unavailable(raised.value)
    assert not Member.objects.exists()
    store()
    assert Member.objects.count() == 1


def test_changed_type_of_a_column(table):
    assert VALUE.row(1) == (7,)

    run("ALTER TABLE shelf ALTER value TYPE text")

    assert [VALUE.row(n) for n in (1, 2)] == [("7",), ("7",)]
    assert prepared()[-1][1:] == (1, 0)


def test_changed_table_is_planned_again_by_postgresql(table):
    assert VALUE.row(1) == (7,)

    run("ALTER TABLE shelf ADD other int; CREATE INDEX ON shelf (value)")

    assert VALUE.row(1) == (7,)
    assert prepared()[0][1] == 2


def test_changed_search_path(table):
    assert VALUE.row(1) == (7,)

    with transaction.atomic():
        run("CREATE SCHEMA other; CREATE TABLE other.shelf AS SELECT 8::int AS value")
        run("SET LOCAL search_path = other, public")
        assert VALUE.row(1) == (8,)
        transaction.set_rollback(True)

    assert VALUE.row(1) == (7,)


def test_session_that_somebody_else_has_used():
    """As PgBouncer gives one, pooling sessions."""
    assert NEXT.row(1) == (2,)

    connection.prepared = PreparedStatements(connection)

    with transaction.atomic():
        assert NEXT.row(1) == (2,)
    assert len(prepared()) == 1


def test_bounded_number_of_which_the_used_ones_stay():
    def statement(number: int) -> Statement[int]:
        return Statement.written(f"SELECT {{n}}::int + {number}", n=NUMBER)

    for number in range(2, PREPARED_MAX + 10):
        assert statement(number).row(1) == (number + 1,)
        assert NEXT.row(1) == (2,)

    kept = prepared()
    assert len(kept) == PREPARED_MAX
    (runs,) = [generic for sql, generic, _custom in kept if sql.endswith("+ 1")]
    assert runs == PREPARED_MAX + 8


def test_error_of_the_statement_itself_is_not_tried_again():
    divided: Statement[int] = Statement.written("SELECT 1 / {n}::int", n=NUMBER)
    assert divided.row(1) == (1,)

    with CaptureQueriesContext(connection) as captured, pytest.raises(DataError):
        divided.row(0)

    assert len(captured) == 1
    assert divided.row(1) == (1,)


def test_wrong_statement_is_an_error():
    wrong: Statement[int] = Statement.written("SELECT nothing + {n}::int", n=NUMBER)

    with pytest.raises(ProgrammingError):
        wrong.row(1)
    assert NEXT.row(1) == (2,)


def test_setting_turns_it_off(settings, as_ann):
    settings.PREPARED_STATEMENTS = False
    connection.close()

    assert as_ann.get("/api/clients/").status_code == 200
    assert NEXT.row(1) == (2,)
    assert prepared() == []

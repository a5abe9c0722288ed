"""How PostgreSQL answered a request, by its own word."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.apps import make_lobby


def plan_of(client, path: str, query: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Indexes that the list's statement uses, and tables that it reads whole."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, query)
    assert response.status_code == 200, response.content
    body = response.json()
    assert body.get("results", body)
    nodes = list(plan_nodes(queries.captured_queries[-1]["sql"]))
    indexes = {node.get("Index Name") for node in nodes}
    scanned = {n["Relation Name"] for n in nodes if n["Node Type"] == "Seq Scan"}
    return indexes, scanned


def statement_of(sent: str) -> str:
    """What was sent, or the prepared statement that it executes."""
    if not sent.startswith("EXECUTE "):
        return sent
    name = sent.removeprefix("EXECUTE ").partition("(")[0].strip()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE name = %s", [name]
        )
        ((statement,),) = cursor.fetchall()
    return statement


def plan_nodes(sql: str) -> Iterator[dict[str, Any]]:
    """The nodes of a statement's plan that PostgreSQL went through, running it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
        (result,) = cursor.fetchone()[0]
    todo = [result["Plan"]]
    while todo:
        node = todo.pop()
        if node["Actual Loops"]:  # else a branch that this request did not take
            todo.extend(node.get("Plans", []))
            yield node


def rows_read(client, path: str, query: dict[str, Any] | None = None) -> Counter[str]:
    """How many rows the request's last statement read of each table, used or not."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, query)
    assert response.status_code == 200, response.content
    read = Counter[str]()
    for node in plan_nodes(queries.captured_queries[-1]["sql"]):
        if "Relation Name" in node:
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            read[node["Relation Name"]] += rows * node["Actual Loops"]
    return read


def forget_statistics(*tables: str) -> None:
    """Leave PostgreSQL as it is before the first ANALYZE, until the rollback."""
    with connection.cursor() as cursor:
        for table in tables:
            oid = [table]
            cursor.execute(
                "DELETE FROM pg_statistic WHERE starelid = %s::regclass", oid
            )
            cursor.execute(
                "UPDATE pg_class SET reltuples = -1, relpages = 0"
                " WHERE oid = %s::regclass",
                oid,
            )


def remove_everybody() -> None:
    """All members and what is theirs, fast. The lobby goes along, and comes back."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE matchmaker_member, matchmaker_cell CASCADE")
    make_lobby()

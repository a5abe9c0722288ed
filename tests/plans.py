"""How PostgreSQL answered a request, by its own word."""

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


def remove_everybody() -> None:
    """All members and what is theirs, fast. The lobby goes along, and comes back."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE matchmaker_member, matchmaker_cell CASCADE")
    make_lobby()

"""How PostgreSQL answered a request, by its own word."""

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
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + queries.captured_queries[-1]["sql"]
        )
        (result,) = cursor.fetchone()[0]
    indexes, scanned, todo = set(), set(), [result["Plan"]]
    while todo:
        node = todo.pop()
        if not node["Actual Loops"]:
            continue  # a branch that this request did not take
        todo.extend(node.get("Plans", []))
        indexes.add(node.get("Index Name"))
        if node["Node Type"] == "Seq Scan":
            scanned.add(node["Relation Name"])
    return indexes, scanned


def remove_everybody() -> None:
    """All members and what is theirs, fast. The lobby goes along, and comes back."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE matchmaker_member, matchmaker_cell CASCADE")
    make_lobby()

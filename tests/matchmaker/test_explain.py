"""Which index answers what, at 100,000 members, by PostgreSQL's own word."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matchmaker.models import Member
from tests.factories import MemberFactory

MEMBERS = 100_000

FILL = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, first_name, last_name, gender,
    looking_for, avatar, language, location, is_active, is_staff, date_joined,
    token_version)
SELECT '!', false, 'm' || i || '@example.com', 'First' || i %% 5000,
       'Last' || i %% 7001,
       CASE WHEN i %% 2 = 0 THEN 'male' ELSE 'female' END, 'any', '', 'en',
       -- A hundred towns, each with a thousand members around its middle.
       ST_MakePoint(
           -170 + (i %% 100) * 3.4 + 0.1 * sin(i),
           -55 + (i %% 100) * 1.1 + 0.1 * cos(i * 1.7))::geography,
       true, false, now() - i * interval '1 minute', 0
FROM generate_series(1, %s) i
"""


@pytest.fixture(scope="module")
def hundred_thousand(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(FILL, [MEMBERS])
        cursor.execute("ANALYZE")
        yield
        cursor.execute("TRUNCATE matchmaker_member, matchmaker_cell CASCADE")


CITY = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, first_name, last_name, gender,
    looking_for, avatar, language, location, is_active, is_staff, date_joined,
    token_version)
SELECT '!', false, 'c' || i || '@example.com', 'First' || i, 'Last' || i,
       CASE WHEN i %% 2 = 0 THEN 'male' ELSE 'female' END,
       (ARRAY['any', 'male', 'female'])[1 + (i / 2) %% 3], '', 'en',
       -- Fifty kilometres across, densest in its middle.
       ST_MakePoint(30.3158 + 0.4 * random() * sin(i),
                    59.9391 + 0.2 * random() * cos(i))::geography,
       true, false, now(), 0
FROM generate_series(1, %s) i
"""

# Of others, so that the tables hold more than one member's.
STANCES = """
INSERT INTO matchmaker_{table} (created_at, from_member_id, to_member_id)
SELECT now(), id, id + 1 + n FROM matchmaker_member, generate_series(0, 1) n
WHERE id < (SELECT max(id) - 1 FROM matchmaker_member)
"""

# The 10,000 nearest: half of them liked, half put away; all of them like back.
JUDGE = """
WITH nearest AS (
    SELECT id, row_number() OVER () AS n FROM (
        SELECT id FROM matchmaker_member WHERE id <> %(viewer)s
        ORDER BY location <-> 'POINT(30.3158 59.9391)'::geography LIMIT 10000) m
), passed AS (
    INSERT INTO matchmaker_pass (created_at, from_member_id, to_member_id)
    SELECT now(), %(viewer)s, id FROM nearest WHERE n %% 2 = 0
)
INSERT INTO matchmaker_like (created_at, from_member_id, to_member_id)
SELECT now(), %(viewer)s, id FROM nearest WHERE n %% 2 = 1
UNION ALL
SELECT now(), id, %(viewer)s FROM nearest
"""


@pytest.fixture(scope="module")
def judge(django_db_setup, django_db_blocker):
    """In a city of a hundred thousand, who has judged ten thousand."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(CITY, [MEMBERS])
        for table in ("like", "pass"):
            cursor.execute(STANCES.format(table=table))
        viewer = MemberFactory(lon=30.3158, lat=59.9391, gender="male")
        cursor.execute(JUDGE, {"viewer": viewer.pk})
        cursor.execute("VACUUM ANALYZE")
        yield viewer
        cursor.execute("TRUNCATE matchmaker_member, matchmaker_cell CASCADE")


def plan_of(
    client, query: dict[str, Any], path: str = "/api/clients/"
) -> tuple[set[str], set[str]]:
    """Indexes that the list's statement uses, and tables that it reads whole."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, query)
    assert response.status_code == 200, response.content
    assert response.json()["results"]
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


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"distance": 10}, {"cell_point", "member_cell"}),
        ({"distance": 10, "gender": "male"}, {"cell_point", "member_cell"}),
        ({"in_bbox": "-170.01,-55.1,-169.9,-54.9"}, {"member_public_box"}),
        ({"in_bbox": "170.01,-55.1,-169.95,-54.9"}, {"member_public_box"}),
        ({"first_name": "irst4321"}, {"member_first_name"}),
        ({"last_name": "LAST6543"}, {"member_last_name"}),
    ],
    ids=lambda value: str(sorted(value)),
)
def test_filter_uses_its_index(hundred_thousand, ann, as_ann, query, index):
    Member.objects.filter(pk=ann.pk).update(location="SRID=4326;POINT(-170.05 -54.95)")

    indexes, scanned = plan_of(as_ann, query)

    assert index <= indexes, json.dumps(sorted(filter(None, indexes)))
    assert not scanned & {"matchmaker_member", "matchmaker_cell"}


@pytest.mark.parametrize(
    ("query", "index"),
    [({"distance": 20000}, "cell_point"), ({}, "matchmaker_member_pkey")],
    ids=str,
)
def test_whole_list_is_read_in_order_from_its_index(
    hundred_thousand, ann, as_ann, query, index
):
    # The count stops at its cap in whatever order is cheapest: no index needed.
    indexes, _scanned = plan_of(as_ann, query)

    assert index in indexes


@pytest.mark.parametrize(
    "query",
    [{}, {"max_km": 5}, {"max_km": 30}, {"max_km": 5000}],
    ids=str,
)
@pytest.mark.parametrize("looking_for", ["any", "female"])
def test_discover_is_answered_by_indexes(db, judge, signed_in, query, looking_for):
    Member.objects.filter(pk=judge.pk).update(looking_for=looking_for)

    indexes, scanned = plan_of(signed_in(judge), query, "/api/discover/")

    assert {"member_cell", "like_unique", "pass_unique"} <= indexes
    assert not scanned & {"matchmaker_member", "matchmaker_like", "matchmaker_pass"}


@pytest.mark.parametrize(
    ("query", "index"),
    [({"liked": "true"}, "like_given"), ({"liked_me": "true"}, "like_received")],
    ids=str,
)
def test_like_lists_are_read_in_order_from_their_index(
    db, judge, signed_in, query, index
):
    indexes, scanned = plan_of(signed_in(judge), query)

    assert index in indexes
    assert "matchmaker_member" not in scanned

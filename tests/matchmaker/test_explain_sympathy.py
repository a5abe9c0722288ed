"""Which index answers a member of a big city who has judged ten thousand others."""

import pytest
from django.db import connection

from matchmaker.models import Member
from tests.factories import MemberFactory
from tests.plans import plan_of, remove_everybody

CITY = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, email_identity, first_name, last_name, gender,
    looking_for, avatar, language, location, is_active, is_staff, date_joined,
    token_version)
SELECT '!', false, 'c' || i || '@example.com', 'c' || i || '@example.com',
       'First' || i, 'Last' || i,
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
SELECT now(), id, id + 1 + n FROM matchmaker_member member, generate_series(0, 1) n
WHERE EXISTS (SELECT FROM matchmaker_member other WHERE other.id = member.id + 1 + n)
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
        cursor.execute("SET statement_timeout = 0")  # a slow machine needs longer
        cursor.execute(CITY, [100_000])
        # A statement for an empty table, as autovacuum may have found it, takes hours.
        cursor.execute("ANALYZE matchmaker_member")
        for table in ("like", "pass"):
            cursor.execute(STANCES.format(table=table))
        viewer = MemberFactory(lon=30.3158, lat=59.9391, gender="male")
        cursor.execute(JUDGE, {"viewer": viewer.pk})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
        yield viewer
        remove_everybody()


@pytest.mark.parametrize(
    "query",
    [{}, {"max_km": 5}, {"max_km": 30}, {"max_km": 5000}],
    ids=str,
)
@pytest.mark.parametrize("looking_for", ["any", "female"])
def test_discover_is_answered_by_indexes(db, judge, signed_in, query, looking_for):
    Member.objects.filter(pk=judge.pk).update(looking_for=looking_for)

    indexes, scanned = plan_of(signed_in(judge), "/api/discover/", query)

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
    # The count may go another way: every twentieth member is in it.
    indexes, _scanned = plan_of(signed_in(judge), "/api/clients/", query)

    assert index in indexes

"""Whom a member has invited, whom those have, and so on: one statement.

Everybody has one referrer at most. So whoever walks down from a member meets each other
once, and the only way back up is to the member itself: there every circle closes, and
there the walk stops. Who hides from the member is as good as deleted: neither counted
nor named, nor are those beneath.
"""

from functools import cache

from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from matchmaker.display_names import display_name_sql
from matchmaker.models import Member
from matchmaker.reads.filters import VIEWER
from project.lib.reads.geojson import instant_sql
from project.lib.reads.statements import Param, Statement
from referrals.constants import TREE_COUNT_MAX, TREE_MEMBERS_MAX

_DEPTH = Param("depth")


def read_tree(member: Member, depth: int) -> str:
    """JSON text of the member's tree, as serializers.tree.Tree.

    At most TREE_COUNT_MAX are walked over, the nearest levels first.
    """
    statement = _tree()
    values = {"viewer": member.pk, "depth": depth}
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.bind(values))
        (text,) = cursor.fetchone()
    return str(text)


@cache
def _tree() -> Statement:
    invited = RawSQL("referral.invited_id", [], BigIntegerField())
    visible = Statement.of(
        Member.objects.visible_to(VIEWER).filter(pk=invited).values("pk")
    )
    # A query with LIMIT asks the recursion for no more, and it gives level by level.
    # OFFSET 0 and LATERAL keep the planner at indexes: it guesses at trees, and for a
    # large one would read both tables whole, once a level.
    sql = f"""
        WITH RECURSIVE tree (id, level, invited_by, activated_at) AS (
            SELECT %s::bigint, 0, NULL::bigint, NULL::timestamptz
            UNION ALL
            SELECT below.invited_id, tree.level + 1, tree.id, below.activated_at
            FROM tree CROSS JOIN LATERAL (
                SELECT referral.invited_id, referral.activated_at
                FROM referrals_referral referral
                WHERE referral.referrer_id = tree.id AND referral.invited_id <> %s
                    AND EXISTS ({visible.sql} OFFSET 0)
                ORDER BY referral.activated_at DESC, referral.invited_id DESC
            ) below
            WHERE tree.level < %s
        ),
        reached AS MATERIALIZED (
            SELECT row_number() OVER () AS n, walked.*
            FROM (SELECT * FROM tree LIMIT {TREE_COUNT_MAX} + 2) walked
        ),
        found AS MATERIALIZED (
            SELECT * FROM reached WHERE level > 0 AND n <= {TREE_COUNT_MAX} + 1
        ),
        counted AS (SELECT level, count(*) AS number FROM found GROUP BY level),
        named AS (
            SELECT found.*, member.first_name FROM (
                SELECT * FROM found ORDER BY n LIMIT {TREE_MEMBERS_MAX}
            ) found
            JOIN matchmaker_member member ON member.id = found.id
        )
        SELECT json_build_object(
            'depth', %s::integer,
            'total', (SELECT count(*) FROM found),
            'count_capped', (SELECT count(*) > {TREE_COUNT_MAX} + 1 FROM reached),
            'levels', (
                SELECT json_agg(
                    json_build_object('level', level, 'count', coalesce(number, 0))
                    ORDER BY level
                )
                FROM generate_series(1, %s::integer) level
                LEFT JOIN counted USING (level)
            ),
            'members', (
                SELECT coalesce(json_agg(
                    json_build_object(
                        'id', id, 'first_name', {display_name_sql("named")},
                        'level', level, 'invited_by', invited_by,
                        'activated_at', {instant_sql("activated_at")}
                    ) ORDER BY n
                ), '[]'::json) FROM named
            ),
            'truncated', (SELECT count(*) > {TREE_MEMBERS_MAX} FROM found)
        )::text
    """  # noqa: S608
    return Statement(sql, (VIEWER, VIEWER, *visible.params, _DEPTH, _DEPTH, _DEPTH))

"""Read whom a member has invited, whom those have, and so on, in one statement.

Everybody has at most one referrer. So walking down from a member meets each other
member once, and only the member itself can be met again: every circle closes there, and
the walk stops. Members who hide from the viewer count as deleted: they are neither
counted nor named, nor are those below them.
"""

from dataclasses import dataclass
from functools import cache

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from matchmaker.display_names import display_name_sql
from matchmaker.models import Member
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.geojson import instant_sql
from project.lib.reads.statements import Param, Statement
from referrals.constants import TREE_COUNT_MAX, TREE_MEMBERS_MAX


@dataclass(frozen=True)
class TreeValues:
    viewer: Viewer
    depth: int


def read_tree(member: Member, depth: int) -> str:
    """Return JSON text of the member's tree, as serializers.tree.Tree.

    At most TREE_COUNT_MAX members are visited, the nearest levels first.
    """
    ((text,),) = _tree().rows(TreeValues(Viewer(member.pk), depth))
    return str(text)


@cache
def _tree() -> Statement[TreeValues]:
    invited = RawSQL("referral.invited_id", [], BigIntegerField())
    known = Statement.of(
        Member.objects.known_to(VIEWER).filter(pk=invited).values("pk")
    )
    # A query with LIMIT stops the recursion early, which goes level by level. OFFSET 0
    # and LATERAL keep the planner at indexes: it underestimates trees, and would read
    # both tables whole for each level of a large one.
    return Statement.written(
        """
        WITH RECURSIVE tree (id, level, invited_by, activated_at) AS (
            SELECT {viewer}::bigint, 0, NULL::bigint, NULL::timestamptz
            UNION ALL
            SELECT below.invited_id, tree.level + 1, tree.id, below.activated_at
            FROM tree CROSS JOIN LATERAL (
                SELECT referral.invited_id, referral.activated_at
                FROM referrals_referral referral
                WHERE referral.referrer_id = tree.id AND referral.invited_id <> {viewer}
                    AND EXISTS ({known} OFFSET 0)
                ORDER BY referral.activated_at DESC, referral.invited_id DESC
            ) below
            WHERE tree.level < {depth}
        ),
        reached AS MATERIALIZED (
            SELECT row_number() OVER () AS n, walked.*
            FROM (SELECT * FROM tree LIMIT {count_max} + 2) walked
        ),
        found AS MATERIALIZED (
            SELECT * FROM reached WHERE level > 0 AND n <= {count_max} + 1
        ),
        counted AS (SELECT level, count(*) AS number FROM found GROUP BY level),
        named AS (
            SELECT found.*, member.first_name FROM (
                SELECT * FROM found ORDER BY n LIMIT {members_max}
            ) found
            JOIN matchmaker_member member ON member.id = found.id
        )
        SELECT json_build_object(
            'depth', {depth}::integer,
            'total', (SELECT count(*) FROM found),
            'count_capped', (SELECT count(*) > {count_max} + 1 FROM reached),
            'levels', (
                SELECT json_agg(
                    json_build_object('level', level, 'count', coalesce(number, 0))
                    ORDER BY level
                )
                FROM generate_series(1, {depth}::integer) level
                LEFT JOIN counted USING (level)
            ),
            'members', (
                SELECT coalesce(json_agg(
                    json_build_object(
                        'id', id, 'first_name', {first_name},
                        'level', level, 'invited_by', invited_by,
                        'activated_at', {activated_at}
                    ) ORDER BY n
                ), '[]'::json) FROM named
            ),
            'truncated', (SELECT count(*) > {members_max} FROM found)
        )::text
        """,
        viewer=VIEWER,
        known=known,
        depth=Param[TreeValues](lambda values: values.depth),
        count_max=TREE_COUNT_MAX,
        members_max=TREE_MEMBERS_MAX,
        first_name=Statement(display_name_sql("named")),
        activated_at=Statement(instant_sql("activated_at")),
    )

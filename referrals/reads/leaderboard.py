"""The leaderboard: counted for everybody at once, shown to each viewer.

Counting a million referrals takes more than a second, so Redis keeps a count for a
minute. The count names candidates; for each viewer the database then leaves out members
who are gone, hide or do not want to be listed, and whoever is blocked counts for
nobody, as if deleted. So an opt-out or a block takes effect with the next request. A
member who hides is off the board at once too, and counts for nobody after the minute:
the difference to the members who can be seen would tell that somebody hides.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache as compiled_once
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import BigIntegerField, Case, Count, F, Max, Q, TextChoices, When
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.display_names import DisplayNameField, display_name_sql
from matchmaker.models import Block, Member, Visibility
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.answers import Answer, Sql
from project.lib.reads.geojson import instant_sql
from project.lib.reads.statements import Param, Statement
from project.lib.redis.clients import redis_may_fail
from project.lib.redis.encrypted import decrypted, encrypted
from referrals import constants
from referrals.models import Referral, Unlisted


class Period(TextChoices):
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


LENGTHS = {Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ranking:
    """The members who had invited most at an instant (Unix time), as three columns.

    `reached`: Unix time of the last invitation; among equals, the earlier comes first.
    """

    at: float
    ids: Sequence[int]
    counts: Sequence[int]
    reached: Sequence[float]


class Standing(Answer):
    """A member's place."""

    rank = serializers.IntegerField(
        min_value=1,
        max_value=constants.LEADERBOARD_SIZE,
        help_text=_("Members with equal counts share a rank: 1, 1, 3"),
    )
    first_name = DisplayNameField()
    count = serializers.IntegerField(
        min_value=1, help_text=_("How many members were invited in that time")
    )
    is_me = serializers.BooleanField()

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {"count": f"{row}.number"}


@dataclass(frozen=True)
class _Shown:
    viewer: Viewer
    period: Period
    ranking: Ranking
    since: datetime
    at: datetime


def read_leaderboard(viewer: Member, period: Period) -> str:
    """Return JSON text of the first LEADERBOARD_SIZE members the viewer may see."""
    ranking = _ranking(period)
    at = datetime.fromtimestamp(ranking.at, UTC)
    values = _Shown(Viewer(viewer.pk), period, ranking, _since(period, at), at)
    ((text,),) = _shown().rows(values)
    return str(text)


def _ranking(period: Period) -> Ranking:
    key, kept, is_mine = _key(period), None, True
    with redis_may_fail("the leaderboard is counted anew"):
        # Of all who find the count outdated, one claims to make the next.
        is_mine = cache.add(f"{key}:fresh", 1, constants.LEADERBOARD_FRESH_S)
        kept = cache.get(key)
    text = decrypted(kept) if kept and not is_mine else None
    if text is not None:
        return Ranking(**json.loads(text))
    counted = count(period)
    with redis_may_fail("the leaderboard is not kept"):
        value = encrypted(json.dumps(asdict(counted)).encode())
        cache.set(key, value, constants.LEADERBOARD_STALE_S)
    return counted


def _key(period: Period) -> str:
    """Return this database's key: a Redis may serve several."""
    database = connection.settings_dict["NAME"]
    digest = salted_hmac(__name__, database, algorithm="sha256").hexdigest()
    return f"leaderboard:{digest}:{period}"


def count(period: Period) -> Ranking:
    """Count anew. Inactive and hidden members who were invited count for nobody."""
    at = timezone.now()
    within = Q(activated_at__gt=_since(period, at), activated_at__lte=at)
    rows = (
        Referral.objects.filter(
            within,
            referrer__isnull=False,
            invited__is_active=True,
            invited__visibility=Visibility.EVERYONE,
        )
        .exclude(referrer__in=Unlisted.objects.values("member"))
        .order_by()
        .values_list("referrer")
        .annotate(number=Count("pk"), reached=Max("activated_at"))
        .order_by("-number", "reached", "referrer")
    )
    found = list(rows[: constants.LEADERBOARD_CANDIDATES])
    return Ranking(
        at=at.timestamp(),
        ids=[referrer for referrer, _number, _reached in found],
        counts=[number for _referrer, number, _reached in found],
        reached=[reached.timestamp() for _referrer, _number, reached in found],
    )


def _since(period: Period, at: datetime) -> datetime:
    return at - LENGTHS[period] if period in LENGTHS else EVER


@compiled_once
def _shown() -> Statement[_Shown]:
    candidate = RawSQL("candidate.id", [], BigIntegerField())
    everyone: Any = Member.objects.visible_to(VIEWER).filter(pk=candidate)
    listed = everyone.filter(unlisted__isnull=True)
    return Statement.written(
        """
        SELECT json_build_object(
            'period', {period}::text,
            'counted_at', {counted_at},
            'results', coalesce(json_agg({standing} ORDER BY p.place), '[]')
        )::text
        FROM (
            SELECT rank() OVER (ORDER BY number DESC) AS rank,
                row_number() OVER (ORDER BY number DESC, reached, id) AS place,
                first_name, number, id = {viewer} AS is_me
            FROM (
                SELECT member.id, {first_name} AS first_name, candidate.reached,
                    candidate.number - coalesce(lost.number, 0) AS number
                FROM unnest({ids}::bigint[], {counts}::bigint[], {reached}::float8[])
                    candidate (id, number, reached)
                CROSS JOIN LATERAL ({member} OFFSET 0) member
                LEFT JOIN ({lost}) lost ON lost.referrer_id = candidate.id
            ) shown
            WHERE number > 0
            ORDER BY place LIMIT {size}
        ) p
        """,
        period=Param[_Shown](lambda values: values.period.value),
        counted_at=Statement.written(
            instant_sql("{at}::timestamptz"),
            at=Param[_Shown](lambda values: values.at),
        ),
        standing=Standing.written("p"),
        viewer=VIEWER,
        first_name=Statement(display_name_sql("member")),
        ids=Param[_Shown](lambda values: values.ranking.ids),
        counts=Param[_Shown](lambda values: values.ranking.counts),
        reached=Param[_Shown](lambda values: values.ranking.reached),
        member=Statement.of(listed.values("id", "first_name")),
        lost=Statement.of(_blocked_referrals()),
        size=constants.LEADERBOARD_SIZE,
    )


def _blocked_referrals() -> Any:
    """Count how many each referrer invited of those in a block with the viewer."""
    other = Case(
        When(from_member=VIEWER, then=F("to_member")), default=F("from_member")
    )
    blocks = Block.objects.filter(Q(from_member=VIEWER) | Q(to_member=VIEWER))
    return (
        Referral.objects.filter(
            invited__in=blocks.values_list(other),
            invited__is_active=True,
            invited__visibility=Visibility.EVERYONE,
            activated_at__gt=Param[_Shown](lambda values: values.since),
            activated_at__lte=Param[_Shown](lambda values: values.at),
        )
        .order_by()
        .values("referrer_id")
        .annotate(number=Count("pk"))
    )

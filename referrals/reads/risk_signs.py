"""Signs that invitations are abused. They refuse nobody; staff looks at them.

CIRCLE: up to CIRCLE_MAX members have invited each other in a circle. BURST: one of
BURST_SIZE or more activations from one address within BURST_HOURS. NEW_REFERRER: the
referrer's account was younger than NEW_ACCOUNT_MINUTES. NEW_INVITED: so was the invited
member's, who did not give the code at sign-up. The last alone is weak: after signing in
by phone a code can only be given later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, F, Q, TextChoices
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from referrals.constants import (
    BURST_HOURS,
    BURST_SIZE,
    CIRCLE_MAX,
    NEW_ACCOUNT_MINUTES,
)
from referrals.models import Referral

BURST = timedelta(hours=BURST_HOURS)
NEW = timedelta(minutes=NEW_ACCOUNT_MINUTES)


class Sign(TextChoices):
    CIRCLE = "circle", _("circle of members who invited each other")
    BURST = "burst", _("many activations from one address within an hour")
    NEW_REFERRER = "new-referrer", _("referrer's account was minutes old")
    NEW_INVITED = "new-invited", _("invited account was minutes old")


# Everybody has one referrer, so one path leads up from each row. OFFSET 0 makes each
# step use the index instead of reading the whole table.
_CLIMB = f"""
    UNION ALL
    SELECT start, up.referrer_id, path || up.invited_id
    FROM climb CROSS JOIN LATERAL (
        SELECT invited_id, referrer_id FROM referrals_referral
        WHERE invited_id = climb.at OFFSET 0
    ) up
    WHERE climb.at <> start AND cardinality(path) < {CIRCLE_MAX}
"""  # noqa: S608

# The latest row of a circle belongs to a member who had invited before. Few do, and
# climbing from them alone finds every circle.
_CIRCLES = f"""
    WITH RECURSIVE climb (start, at, path) AS (
        SELECT invited_id, referrer_id, ARRAY[invited_id]
        FROM referrals_referral closing
        WHERE EXISTS (
            SELECT 1 FROM referrals_referral before
            WHERE before.referrer_id = closing.invited_id
                AND before.activated_at <= closing.activated_at
        )
        {_CLIMB}
    )
    SELECT unnest(path) FROM climb WHERE at = start
"""  # noqa: S608

_ON_CIRCLES = f"""
    WITH RECURSIVE climb (start, at, path) AS (
        SELECT invited_id, referrer_id, ARRAY[invited_id] FROM referrals_referral
        WHERE invited_id = ANY(%s)
        {_CLIMB}
    )
    SELECT start FROM climb WHERE at = start
"""  # noqa: S608

# `starts`: BURST_SIZE rows from here on are within the time.
_IN_BURSTS = f"""
    SELECT invited_id FROM (
        SELECT invited_id, bool_or(starts) OVER (
            PARTITION BY address_digest ORDER BY activated_at, invited_id
            ROWS BETWEEN {BURST_SIZE - 1} PRECEDING AND CURRENT ROW
        ) AS is_in
        FROM (
            SELECT invited_id, address_digest, activated_at,
                lead(activated_at, {BURST_SIZE - 1}) OVER (
                    PARTITION BY address_digest ORDER BY activated_at, invited_id
                ) <= activated_at + interval '{BURST_HOURS} hours' AS starts
            FROM referrals_referral WHERE address_digest <> ''
        ) row
    ) found
    WHERE is_in
"""  # noqa: S608

# So many rows before and after a row tell whether it is in a burst.
_AROUND = f"""
    SELECT mid.invited_id, mid.activated_at, ARRAY(
        SELECT activated_at FROM referrals_referral before
        WHERE before.address_digest = mid.address_digest
            AND (before.activated_at, before.invited_id)
                < (mid.activated_at, mid.invited_id)
            AND before.activated_at >= mid.activated_at - interval '{BURST_HOURS} hours'
        ORDER BY before.activated_at DESC LIMIT {BURST_SIZE - 1}
    ), ARRAY(
        SELECT activated_at FROM referrals_referral after
        WHERE after.address_digest = mid.address_digest
            AND (after.activated_at, after.invited_id)
                > (mid.activated_at, mid.invited_id)
            AND after.activated_at <= mid.activated_at + interval '{BURST_HOURS} hours'
        ORDER BY after.activated_at LIMIT {BURST_SIZE - 1}
    )
    FROM referrals_referral mid
    WHERE mid.invited_id = ANY(%s) AND mid.address_digest <> ''
"""  # noqa: S608


def with_sign(sign: Sign) -> Q:
    """Filter for the referrals that have this sign."""
    if sign is Sign.CIRCLE:
        return Q(invited__in=RawSQL(_CIRCLES, [], BigIntegerField()))  # noqa: S611
    if sign is Sign.BURST:
        return Q(invited__in=RawSQL(_IN_BURSTS, [], BigIntegerField()))  # noqa: S611
    was_new = F("activated_at") - NEW
    if sign is Sign.NEW_REFERRER:
        return Q(referrer__date_joined__gt=was_new)
    return Q(invited__date_joined__gt=was_new, at_sign_up=False)


def signs_of(rows: Sequence[Referral]) -> dict[int, list[Sign]]:
    """Return the signs of each row by its key, in two queries.

    `rows` have their `invited` and `referrer` loaded.
    """
    keys = [row.pk for row in rows]
    circles = {start for (start,) in _read(_ON_CIRCLES, keys)}
    bursts = {
        key
        for key, at, before, after in _read(_AROUND, keys)
        if _is_burst([*reversed(before), at, *after])
    }
    return {
        row.pk: [
            sign
            for sign, has_it in (
                (Sign.CIRCLE, row.pk in circles),
                (Sign.BURST, row.pk in bursts),
                (Sign.NEW_REFERRER, row.referrer and _was_new(row, row.referrer)),
                (
                    Sign.NEW_INVITED,
                    not row.at_sign_up and _was_new(row, row.invited),
                ),
            )
            if has_it
        ]
        for row in rows
    }


def _was_new(row: Referral, member: Any) -> bool:
    return bool(member.date_joined > row.activated_at - NEW)


def _is_burst(times: Sequence[datetime]) -> bool:
    """Whether BURST_SIZE of these instants, in order, are within the time."""
    ends = times[BURST_SIZE - 1 :]
    starts = times[: len(ends)]
    return any(b - a <= BURST for a, b in zip(starts, ends, strict=True))


def _read(sql: str, keys: list[int]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

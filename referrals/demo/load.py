"""Load demo codes and referrals together with the demo members."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from matchmaker.demo.other_apps import Load
from matchmaker.demo.people import email_of
from matchmaker.models import Member
from referrals.demo.forest import BURST, Invited, code_of, has_code, invited
from referrals.models import InviteCode, Referral

MEMBERS_MAX = 100_000
ROWS_A_WRITE = 5_000

# Ids and joining times of demo members, by their numbers.
Members = dict[int, tuple[int, datetime]]


def load_referrals(load: Load) -> dict[str, int]:
    """Add the missing codes and referrals; return how many were added."""
    numbers = range(1, min(load.members, MEMBERS_MAX) + 1)
    members = _members(numbers)
    plans = {n: plan for n in members if (plan := invited(n, load.seed))}
    codes = _add_codes(members, {plan.referrer for plan in plans.values()})
    referrals = _add_referrals(members, plans, load.seed)
    if codes or referrals:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE referrals_invitecode, referrals_referral")
    return {"invitation codes": codes, "referrals": referrals}


def _members(numbers: Iterable[int]) -> Members:
    by_email = {email_of(n): n for n in numbers}
    found = Member.objects.filter(email_identity__in=by_email)
    rows = found.values_list("email_identity", "pk", "date_joined").iterator()
    return {by_email[email or ""]: (pk, joined) for email, pk, joined in rows}


def _add_codes(members: Members, referrers: set[int]) -> int:
    """Add codes for members who never had one."""
    had = set(InviteCode.objects.values_list("member", flat=True))
    rows = [
        InviteCode(member_id=pk, code=code_of(n), created_at=joined)
        for n, (pk, joined) in members.items()
        if pk not in had and (has_code(n) or n in referrers)
    ]
    before = InviteCode.objects.count()
    # A member who drew this code by chance keeps it.
    InviteCode.objects.bulk_create(rows, ROWS_A_WRITE, ignore_conflicts=True)
    return InviteCode.objects.count() - before


def _add_referrals(members: Members, plans: dict[int, Invited], seed: int) -> int:
    made = set(Referral.objects.values_list("pk", flat=True))
    now = timezone.now()
    # In a burst nobody is invited before all of them have joined.
    last_joined = max((members[n][1] for n in BURST if n in members), default=now)
    rows = []
    for n, plan in plans.items():
        pk, joined = members[n]
        if pk in made or plan.referrer not in members:
            continue
        referrer_pk, referrer_joined = members[plan.referrer]
        since = max(joined, referrer_joined)
        at_sign_up = plan.minutes_late is None and joined > referrer_joined
        late = timedelta(minutes=plan.minutes_late or 0)
        if plan.is_from_one_address:
            since = max(last_joined, referrer_joined)
        elif not at_sign_up:
            late += timedelta(hours=1)
        rng = Random(f"address {n} {seed}")  # noqa: S311 - repeatable, not secret
        rows.append(
            Referral(
                invited_id=pk,
                referrer_id=referrer_pk,
                code=code_of(plan.referrer),
                activated_at=_before(now, since, late),
                at_sign_up=at_sign_up,
                address_digest=(
                    f"{seed:032x}"[-32:]
                    if plan.is_from_one_address
                    else f"{rng.getrandbits(128):032x}"
                ),
            )
        )
    Referral.objects.bulk_create(rows, ROWS_A_WRITE)
    return len(rows)


def _before(now: datetime, since: datetime, late: timedelta) -> datetime:
    """Return the later time, or half the way to `now` if that is in the future."""
    at = since + late
    return at if at < now else since + (now - since) / 2

"""How many rows are read of one who has invited 30,000, whatever PostgreSQL knows."""

import pytest
from django.db import connection

from matchmaker.models import Member
from referrals.constants import (
    INVITED_SHOWN_MAX,
    LEADERBOARD_CANDIDATES,
    TREE_COUNT_MAX,
)
from tests.bulk import add_members
from tests.plans import forget_statistics, remove_everybody, rows_read

MEMBERS, MANY = 40_000, 30_000
COUNTED, PAGE = 1001, 21

# What there is when PostgreSQL looks: a referral each.
EARLY = """
INSERT INTO referrals_referral (
    invited_id, referrer_id, code, activated_at, at_sign_up, address_digest)
SELECT id, id - 1, 'ABCDEF', now() - id * interval '1 minute', true, ''
FROM matchmaker_member WHERE id BETWEEN first + 1 AND first + 1000
"""
LATER = """
INSERT INTO referrals_referral (
    invited_id, referrer_id, code, activated_at, at_sign_up, address_digest)
SELECT id, last, 'ABCDEF', now() - id * interval '1 minute', true, ''
FROM matchmaker_member WHERE id BETWEEN last - %(many)s AND last - 1
"""
TABLES = ("matchmaker_member", "referrals_referral")
UNWATCHED = "ALTER TABLE referrals_referral SET (autovacuum_enabled = off)"
WATCHED = "ALTER TABLE referrals_referral RESET (autovacuum_enabled)"


@pytest.fixture(scope="module")
def star(django_db_setup, django_db_blocker):
    """Who has invited many, whose members have no phone numbers."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_members(MEMBERS)
        first, last = (
            getattr(Member.objects, f)("pk").pk for f in ("earliest", "latest")
        )
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(UNWATCHED)
        cursor.execute(EARLY.replace("first", str(first)))
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(LATER.replace("last", str(last)), {"many": MANY})
        cursor.execute("RESET statement_timeout")
        yield Member.objects.get(pk=last)
        cursor.execute(WATCHED)
        remove_everybody()


@pytest.fixture(params=["analysed before", "never analysed", "analysed"])
def read_by(request, star, db, signed_in):
    client = signed_in(star)

    def read(path, **query):
        return rows_read(client, path, query)

    # PostgreSQL takes them for few then, and sorts all that one has invited.
    read.sorted = MANY if request.param == "never analysed" else 0
    if request.param == "never analysed":
        forget_statistics(*TABLES)
    elif request.param == "analysed":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return read


def test_list_reads_what_it_counts_and_shows(read_by, star):
    read = read_by(f"/api/v1/users/{star.pk}/")

    assert read["referrals_referral"] <= COUNTED + PAGE
    assert read["matchmaker_member"] <= COUNTED + 2 * PAGE


@pytest.mark.parametrize("path", ["/api/v1/profiles/me", "/api/profile/me/"])
def test_own_profile_reads_the_latest(read_by, path):
    read = read_by(path)

    assert read["referrals_referral"] <= max(INVITED_SHOWN_MAX + 1, read_by.sorted)
    assert read["matchmaker_member"] <= INVITED_SHOWN_MAX + 1


def test_tree_reads_what_it_counts(read_by):
    read = read_by("/api/v1/users/me/tree/")

    assert read["referrals_referral"] <= max(TREE_COUNT_MAX + 2, read_by.sorted)
    assert read["matchmaker_member"] <= 2 * (TREE_COUNT_MAX + 2) + read_by.sorted


def test_leaderboard_reads_candidates(read_by):
    read = read_by("/api/v1/leaderboard/")

    assert read["matchmaker_member"] <= LEADERBOARD_CANDIDATES
    assert read["referrals_referral"] == 0

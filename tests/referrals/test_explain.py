"""Which index answers what, at 100,000 referrals, by PostgreSQL's own word."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from matchmaker.models import Block, Member
from tests.factories import MemberFactory
from tests.plans import plan_of, remove_everybody

MEMBERS = 100_000

FILL = """
INSERT INTO matchmaker_member (
    password, is_superuser, phone_number, first_name, last_name, gender, looking_for,
    avatar, language, is_active, is_staff, date_joined, token_version)
SELECT '', false, '+7999' || lpad(i::text, 7, '0'), 'First' || i, '', '', 'any', '',
       'en', i %% 50 <> 7, false, now(), 0
FROM generate_series(1, %s) i
"""
# One in twenty was invited by one member, the others by ten thousand.
REFERRALS = """
INSERT INTO referrals_referral (
    invited_id, referrer_id, code, activated_at, at_sign_up, address_digest)
SELECT id, CASE WHEN id % 20 = 0 THEN star ELSE first + id % 10000 END, 'AAAAAA',
       now() - (id * 7919 % 100000) * interval '1 minute', false, ''
FROM matchmaker_member,
     (SELECT min(id) AS first, max(id) AS star FROM matchmaker_member) of
WHERE id > first + 10000 AND id < star
"""
CODES = """
INSERT INTO referrals_invitecode (member_id, code, created_at)
SELECT id, translate(lpad(to_hex(id), 6, 'X'), '0123456789abcdef', 'ABCDEFGHJKMNPQRS'),
       now()
FROM matchmaker_member
"""


@pytest.fixture(scope="module")
def star(django_db_setup, django_db_blocker):
    """Who has invited four and a half thousand."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, [MEMBERS])
        # Else foreign keys may be checked as they were planned for an empty table.
        cursor.execute("ANALYZE matchmaker_member")
        cursor.execute(REFERRALS)
        cursor.execute(CODES)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
        yield Member.objects.latest("pk")
        remove_everybody()


@pytest.fixture
def as_star(db, star, signed_in):
    Block.objects.create(from_member=star, to_member=Member.objects.earliest("pk"))
    return signed_in(star)


@pytest.fixture
def as_staff(db, star, signed_in):
    return signed_in(MemberFactory(is_staff=True, is_superuser=True))


TABLES = {"matchmaker_member", "referrals_referral", "referrals_invitecode"}


def test_list_is_read_by_its_index(star, as_star):
    indexes, scanned = plan_of(as_star, f"/api/v1/users/{star.pk}/", {})

    assert "referral_latest" in indexes
    assert not scanned & TABLES


def test_page_in_the_middle_is_read_by_its_index(star, as_star):
    first = as_star.get(f"/api/v1/users/{star.pk}/", {"page_size": 100}).json()
    cursor = parse_qs(urlsplit(first["next"]).query)["cursor"][0]

    indexes, scanned = plan_of(
        as_star, f"/api/v1/users/{star.pk}/", {"page_size": 100, "cursor": cursor}
    )

    assert "referral_latest" in indexes
    assert not scanned & TABLES
    assert first["count_capped"]


def test_list_is_read_by_its_index_for_staff(star, as_staff):
    for referrer in (star.pk, Member.objects.earliest("pk").pk + 1):
        indexes, scanned = plan_of(as_staff, f"/api/v1/users/{referrer}/", {})
        assert "referral_latest" in indexes
        assert not scanned & TABLES


def test_all_profiles_read_no_table_whole(star, as_staff):
    indexes, scanned = plan_of(as_staff, "/api/v1/profiles", {"page_size": 100})

    assert "referral_latest" in indexes
    assert not scanned & TABLES


@pytest.mark.parametrize("path", ["/api/v1/profiles/me", "/api/profile/me/"])
def test_own_profile_reads_no_table_whole(star, as_star, path):
    indexes, scanned = plan_of(as_star, path, {})

    assert "referral_latest" in indexes
    assert not scanned & TABLES

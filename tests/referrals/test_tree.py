"""GET /api/v1/users/me/tree/: whom a member has brought, level by level."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matchmaker import services
from matchmaker.models import Member
from referrals.models import Referral
from referrals.reads import tree
from tests.factories import MemberFactory
from tests.plans import remove_everybody
from tests.referrals.factories import ReferralFactory

URL = "/api/v1/users/me/tree/"


def invite(referrer: Member, number: int = 1, **fields) -> list[Member]:
    """New members whom `referrer` has invited, the last one last."""
    now = timezone.now()
    rows = [
        ReferralFactory(
            referrer=referrer, activated_at=now + timedelta(seconds=n), **fields
        )
        for n in range(number)
    ]
    return [row.invited for row in rows]


def counts(answer: dict) -> list[int]:
    return [level["count"] for level in answer["levels"]]


def ids(answer: dict) -> list[int]:
    return [member["id"] for member in answer["members"]]


@pytest.mark.parametrize("path", [URL, URL.rstrip("/")])
def test_whole_answer(ann, as_ann, path):
    (bob,) = invite(ann, at_sign_up=True)
    (eve,) = invite(bob)
    Member.objects.filter(pk=bob.pk).update(first_name='Боб "B"')
    Referral.objects.update(activated_at="2026-05-01T10:20:30.5Z")
    MemberFactory()

    response = as_ann.get(path)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "depth": 5,
        "total": 2,
        "count_capped": False,
        "levels": [
            {"level": 1, "count": 1},
            {"level": 2, "count": 1},
            {"level": 3, "count": 0},
            {"level": 4, "count": 0},
            {"level": 5, "count": 0},
        ],
        "members": [
            {
                "id": bob.pk,
                "first_name": 'Боб "B"',
                "level": 1,
                "invited_by": ann.pk,
                "activated_at": "2026-05-01T10:20:30Z",
            },
            {
                "id": eve.pk,
                "first_name": eve.first_name,
                "level": 2,
                "invited_by": bob.pk,
                "activated_at": "2026-05-01T10:20:30Z",
            },
        ],
        "truncated": False,
    }


def test_nobody_invited(as_ann):
    answer = as_ann.get(URL).json()

    assert answer["total"] == 0
    assert answer["members"] == []
    assert counts(answer) == [0] * 5


def test_only_signed_in(api, db):
    assert api.get(URL).status_code == 401


def test_depth_and_order(ann, as_ann):
    row, expected = [ann], []
    for _ in range(6):
        row = [child for parent in row for child in reversed(invite(parent, 2))]
        expected += row

    assert ids(as_ann.get(URL).json()) == [member.pk for member in expected[:62]]
    for depth in range(1, 6):
        answer = as_ann.get(URL, {"depth": depth}).json()
        assert answer["depth"] == depth
        assert counts(answer) == [2**n for n in range(1, depth + 1)]
        assert answer["total"] == len(answer["members"]) == 2 ** (depth + 1) - 2


@pytest.mark.parametrize(
    "depth", ["0", "6", "-1", "x", "1.5", "1e400", "nan", "\0", "9" * 400, "٣x"]
)
def test_nonsense_is_refused(as_ann, depth):
    response = as_ann.get(URL, {"depth": depth})

    assert response.status_code == 400
    assert list(response.json()) == ["depth"]


def test_depth_given_twice_is_refused(as_ann):
    assert as_ann.get(f"{URL}?depth=1&depth=2").status_code == 400


@pytest.mark.parametrize("length", [2, 3, 5, 6])
def test_tree_stops_where_a_circle_closes(ann, as_ann, length, signed_in):
    circle = [ann, *(MemberFactory() for _ in range(length - 1))]
    for one, other in zip(circle, [*circle[1:], ann], strict=True):
        ReferralFactory(referrer=one, invited=other)
    (child,) = invite(circle[1])

    answer = as_ann.get(URL).json()

    others = [member.pk for member in circle[1:6]]
    assert sorted(ids(answer)) == sorted([*others, child.pk])
    assert answer["total"] == len(others) + 1
    # The others of the circle see Ann, and nobody twice.
    answer = signed_in(circle[1]).get(URL).json()
    assert len(set(ids(answer))) == len(ids(answer)) == answer["total"]
    assert circle[1].pk not in ids(answer)
    assert (ann.pk in ids(answer)) is (length <= 6)


def test_circle_below_is_no_circle_of_ones_own(ann, as_ann):
    """Nobody has two referrers, so none can hang below somebody else."""
    (bob,) = invite(ann)
    (eve,) = invite(bob)

    with pytest.raises(Exception, match="referrals_referral_pkey"):
        Referral.objects.create(invited=bob, referrer=eve, code="ABCDEF")


@pytest.mark.parametrize("how", ["blocks", "is blocked", "inactive"])
def test_who_hides_is_as_good_as_deleted(ann, as_ann, how):
    (bob, uma) = invite(ann, 2)
    (eve,) = invite(bob)
    (kid,) = invite(eve)
    before = as_ann.get(URL).json()
    assert before["total"] == 4

    if how == "blocks":
        services.block_member(eve, ann.pk)
    elif how == "is blocked":
        services.block_member(ann, eve.pk)
    else:
        services.set_active(eve, False)
    hidden = as_ann.get(URL).json()
    services.delete_member(eve)
    deleted = as_ann.get(URL).json()

    assert hidden == deleted
    assert ids(hidden) == [uma.pk, bob.pk]
    assert kid.pk not in ids(hidden)
    assert counts(hidden) == [2, 0, 0, 0, 0]


def test_blocks_between_others_change_nothing(ann, as_ann):
    (bob,) = invite(ann)
    (eve,) = invite(bob)
    services.block_member(bob, eve.pk)

    assert ids(as_ann.get(URL).json()) == [bob.pk, eve.pk]


def test_only_so_many_are_named_and_all_are_counted(ann, as_ann, monkeypatch):
    monkeypatch.setattr(tree, "TREE_MEMBERS_MAX", 3)
    tree._tree.cache_clear()
    (bob, uma) = invite(ann, 2)
    invite(bob, 4)

    try:
        answer = as_ann.get(URL).json()
    finally:
        tree._tree.cache_clear()

    assert counts(answer) == [2, 4, 0, 0, 0]
    assert answer["total"] == 6
    assert ids(answer)[:2] == [uma.pk, bob.pk]
    assert len(answer["members"]) == 3
    assert answer["truncated"] is True
    assert answer["count_capped"] is False


@pytest.mark.parametrize(("cap", "is_capped"), [(5, True), (6, False), (7, False)])
def test_work_for_a_monster_is_bounded(ann, as_ann, monkeypatch, cap, is_capped):
    monkeypatch.setattr(tree, "TREE_COUNT_MAX", cap)
    tree._tree.cache_clear()
    (bob, _uma) = invite(ann, 2)
    invite(bob, 4)

    try:
        answer = as_ann.get(URL).json()
    finally:
        tree._tree.cache_clear()

    assert counts(answer) == [2, min(cap, 6) - 2, 0, 0, 0]
    assert answer["total"] == len(answer["members"]) == min(cap, 6)
    assert answer["count_capped"] is is_capped


def test_one_query_for_any_tree(ann, as_ann):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get(URL).status_code == 200
        return len(captured)

    few = queries()
    for child in invite(ann, 5):
        invite(child, 5)

    # The key's member, and the tree.
    assert few == queries() == 2


FOREST = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, email_identity, first_name, last_name, gender,
    looking_for, avatar, language, is_active, is_staff, date_joined, token_version)
SELECT '!', false, 't' || i || '@example.com', 't' || i || '@example.com', '', '',
       'male', 'any', '', 'en', true, false, now(), 0
FROM generate_series(0, 99999) i;
-- Else foreign keys may be checked as they were planned for an empty table.
ANALYZE matchmaker_member;
-- Number 1 has a wide tree; 10 a branching one; from 40000 on a chain; others are many.
INSERT INTO referrals_referral (
    invited_id, referrer_id, code, activated_at, at_sign_up, address_digest)
SELECT id, first + CASE
           WHEN n BETWEEN 20000 AND 39999 THEN 1
           WHEN n BETWEEN 40001 AND 50000 THEN n - 1
           WHEN n BETWEEN 11 AND 11110 THEN n / 10 + 9 ELSE n / 2 + 50000 END,
       'ABCDEF', now(), true, ''
FROM (SELECT id, id - min(id) OVER () AS n, min(id) OVER () AS first
      FROM matchmaker_member WHERE email LIKE 't%') numbered
WHERE n > 10 AND n <> 40000 AND n / 2 + 50000 <> n;
"""


@pytest.fixture(scope="module")
def forest(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FOREST)
        cursor.execute("ANALYZE")
        cursor.execute("RESET statement_timeout")
        yield
        remove_everybody()


@pytest.mark.parametrize(("number", "total"), [(1, 1_000), (40_000, 5), (30_000, 0)])
def test_only_indexes_are_read_at_100_000(forest, signed_in, db, number, total):
    member = Member.objects.get(email=f"t{number}@example.com")
    client = signed_in(member)

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(URL).json()
    with connection.cursor() as cursor:
        sql = queries.captured_queries[-1]["sql"]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()

    assert answer["total"] == total
    assert len(answer["members"]) == total
    assert answer["count_capped"] is (total == 1_000)
    text = json.dumps(plan)
    assert '"Index Name": "referral_latest"' in text
    assert '"Relation Name": "referrals_referral"' in text
    for scan in nodes(plan[0]["Plan"]):
        if scan["Node Type"] == "Seq Scan" and scan["Actual Loops"]:
            assert scan["Relation Name"] == "matchmaker_block"


def nodes(plan: dict) -> list[dict]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]

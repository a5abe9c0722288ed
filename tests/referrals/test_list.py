"""Whom a member has invited, page by page: contract, section 4."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matchmaker.models import Block, Member
from referrals.models import Referral
from tests.factories import MemberFactory
from tests.referrals.factories import ReferralFactory

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)

# The key's member, and the page with its count.
QUERIES = 2


def url(member: Member) -> str:
    return f"/api/v1/users/{member.pk}/"


def invite(referrer: Member, count: int) -> list[Member]:
    """The latest first, two at each minute."""
    members = MemberFactory.create_batch(count, password=None)
    for n, member in enumerate(members):
        at = NOON - timedelta(minutes=n // 2)
        ReferralFactory(referrer=referrer, invited=member, activated_at=at)
    return sorted(members, key=lambda m: (members.index(m) // 2, -m.pk))


def ids(page: dict) -> list[int]:
    return [row["id"] for row in page["results"]]


def test_referrals_are_read_by_the_referrer(ann, as_ann):
    bob = MemberFactory(first_name="Bob")
    ReferralFactory(referrer=ann, invited=bob, activated_at=NOON)
    ReferralFactory(referrer=bob)

    answer = as_ann.get(url(ann))

    assert answer.status_code == 200
    assert answer.json() == {
        "count": 1,
        "count_capped": False,
        "next": None,
        "previous": None,
        "results": [
            {"id": bob.pk, "first_name": "Bob", "activated_at": "2026-11-21T12:00:00Z"}
        ],
    }


def test_latest_come_first_and_pages_meet(ann, as_ann):
    members = invite(ann, 9)

    pages = [as_ann.get(url(ann), {"page_size": 2}).json()]
    while pages[-1]["next"]:
        pages.append(as_ann.get(pages[-1]["next"]).json())
    back = as_ann.get(pages[2]["previous"]).json()

    assert [i for page in pages for i in ids(page)] == [m.pk for m in members]
    assert ids(back) == ids(pages[1])
    assert {page["count"] for page in pages} == {9}


def test_any_member_reads_the_same_list(ann, as_ann, signed_in, api):
    bob, eve = MemberFactory(first_name="Bob"), MemberFactory(first_name="Eve")
    ReferralFactory(referrer=bob, invited=eve, activated_at=NOON)

    theirs = as_ann.get(url(bob)).json()

    assert theirs == signed_in(bob).get(url(bob)).json()
    assert theirs["results"] == [
        {"id": eve.pk, "first_name": "Eve", "activated_at": "2026-11-21T12:00:00Z"}
    ]
    assert api.get(url(bob)).status_code == 401


HIDING = pytest.mark.parametrize("how", ["inactive", "blocks", "blocked", "deleted"])


def hide(member: Member, viewer: Member, how: str) -> None:
    """Make `member` one whom `viewer` may not know of."""
    if how == "inactive":
        Member.objects.filter(pk=member.pk).update(is_active=False)
    elif how == "blocks":
        Block.objects.create(from_member=member, to_member=viewer)
    elif how == "blocked":
        Block.objects.create(from_member=viewer, to_member=member)
    else:
        member.delete()


@HIDING
def test_referrer_whom_one_may_not_know_of_is_unknown(ann, as_ann, how):
    bob = MemberFactory()
    ReferralFactory(referrer=bob)
    theirs = url(bob)
    hide(bob, ann, how)

    refused = [as_ann.get(theirs), as_ann.get(f"/api/v1/users/{10**17}/")]

    assert [r.status_code for r in refused] == [404, 404]
    assert refused[0].content == refused[1].content


@HIDING
@pytest.mark.parametrize("is_own", [True, False])
def test_who_is_not_the_callers_to_know_is_the_staffs(
    ann, as_ann, signed_in, how, is_own
):
    bob = MemberFactory(first_name="Bob")
    referrer = ann if is_own else MemberFactory()
    ReferralFactory(referrer=referrer, invited=bob)
    hide(bob, ann, how)
    staff = signed_in(MemberFactory(is_staff=True, is_superuser=True))

    mine, theirs = as_ann.get(url(referrer)).json(), staff.get(url(referrer)).json()

    assert (mine["count"], mine["results"]) == (0, [])
    assert ids(theirs) == ([] if how == "deleted" else [bob.pk])


def test_staff_reads_the_list_of_who_is_shut_out(ann, signed_in):
    ReferralFactory(referrer=ann)
    Member.objects.filter(pk=ann.pk).update(is_active=False)
    staff = signed_in(MemberFactory(is_staff=True, is_superuser=True))

    assert staff.get(url(ann)).json()["count"] == 1
    assert staff.get(f"/api/v1/users/{10**17}/").status_code == 404


def test_list_says_nothing_else_of_the_invited(ann, as_ann, signed_in):
    bob = MemberFactory(first_name="Bob", phone_number="+79990000001")
    ReferralFactory(referrer=ann, invited=bob, address_digest="d" * 32)

    code = Referral.objects.get().code
    for caller in (as_ann, signed_in(MemberFactory())):
        text = caller.get(url(ann)).content.decode()

        assert "Bob" in text
        for secret in (bob.email, "9990000001", bob.last_name, bob.password, "ddd"):
            assert secret not in text
        assert code not in text


@pytest.mark.parametrize(
    ("query", "field"),
    [({"page_size": 0}, "page_size"), ({"page_size": "x"}, "page_size"),
     ({"cursor": "WyJuZXdlc3QiLDEsIjEiXQ:x"}, "cursor")],
)  # fmt: skip
def test_nonsense_is_told(ann, as_ann, query, field):
    answer = as_ann.get(url(ann), query)

    assert answer.status_code == 400
    assert answer.json().keys() == {field}


def test_cursor_of_another_list_is_refused(ann, as_ann):
    MemberFactory.create_batch(2)
    cursor = as_ann.get("/api/clients/", {"page_size": 1}).json()["next"]

    answer = as_ann.get(f"{url(ann)}?{cursor.partition('?')[2]}")

    assert answer.json().keys() == {"cursor"}


@pytest.fixture
def queries_of(signed_in) -> Callable[..., int]:
    def count(member: Member, path: str) -> int:
        api = signed_in(member)
        is_page = "users" in path or path.endswith("profiles")
        with CaptureQueriesContext(connection) as queries:
            answer = api.get(path, {"page_size": 100} if is_page else {})
        assert answer.status_code == 200, answer.content
        return len(queries)

    return count


def test_hundred_cost_what_one_does(ann, queries_of):
    staff = MemberFactory(is_staff=True, is_superuser=True, email="staff@example.com")
    invite(ann, 1)
    reads = [
        (ann, url(ann), QUERIES),
        (MemberFactory(), url(ann), QUERIES + 1),  # whether the caller may know of Ann
        (staff, url(ann), QUERIES + 1),  # whether there is such a member
        (staff, "/api/v1/profiles", QUERIES + 1),  # the count
        (staff, f"/api/v1/profiles/{ann.pk}", QUERIES),
        (ann, "/api/v1/profiles/me", QUERIES),
        (ann, "/api/profile/me", QUERIES),
    ]
    assert [queries_of(who, path) for who, path, _ in reads] == [n for *_, n in reads]

    for member in invite(ann, 99):
        ReferralFactory(referrer=member)

    assert [queries_of(who, path) for who, path, _ in reads] == [n for *_, n in reads]

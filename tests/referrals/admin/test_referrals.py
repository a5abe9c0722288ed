"""Referrals in the admin: who invited whom, and what looks like abuse."""

from datetime import timedelta
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.models import Member
from referrals.constants import BURST_SIZE, CIRCLE_MAX
from referrals.models import Referral
from referrals.reads import risk_signs as signs
from referrals.reads.risk_signs import Sign, signs_of, with_sign
from tests.factories import MemberFactory
from tests.matchmaker.admin import pages
from tests.matchmaker.admin.pages import listed
from tests.referrals.factories import InviteCodeFactory, ReferralFactory

REFERRALS = reverse("admin:referrals_referral_changelist")
NOW = timezone.now()
YEAR, HOUR, MINUTE = timedelta(days=365), timedelta(hours=1), timedelta(minutes=1)


def change(referral: Referral) -> str:
    return reverse("admin:referrals_referral_change", args=[referral.pk])


def old_member(**fields) -> Member:
    return MemberFactory(date_joined=NOW - YEAR, **fields)


def referral(**fields) -> Referral:
    """One without any sign of abuse."""
    given = {"referrer": old_member(), "invited": old_member(), "activated_at": NOW}
    return ReferralFactory(**(given | fields))


def circle(size: int) -> list[Referral]:
    members = [old_member() for _ in range(size)]
    pairs = zip(members, [*members[1:], members[0]], strict=True)
    return [referral(referrer=one, invited=other) for one, other in pairs]


def found(admin_client, sign: Sign) -> set[int]:
    return {row.pk for row in listed(admin_client.get(REFERRALS, {"sign": sign}))}


def keys(rows) -> set[int]:
    return {row.pk for row in rows}


# --- found ------------------------------------------------------------------------


def test_found_by_either_member_and_by_code(admin_client):
    referrer = old_member(email="ann@example.com")
    invited = old_member(phone_number="+79991234567")
    row = referral(referrer=referrer, invited=invited, code="ABCDEF")
    referral()

    for term in ("ANN@example.com", "8 (999) 123-45-67", "abcdef"):
        assert listed(admin_client.get(REFERRALS, {"q": term})) == [row]
    InviteCodeFactory(member=referrer, code="ABCDEF")
    assert listed(admin_client.get(REFERRALS, {"q": "abcdef"})) == [row]
    referrer.delete()
    assert listed(admin_client.get(REFERRALS, {"q": "abcdef"})) == [row]
    for term in ("ABC", "example.com", "%"):
        assert listed(admin_client.get(REFERRALS, {"q": term})) == []


def test_filters(admin_client):
    row = referral(at_sign_up=True)
    orphan = referral()
    orphan.referrer.delete()

    assert listed(admin_client.get(REFERRALS, {"at_sign_up__exact": 1})) == [row]
    assert listed(admin_client.get(REFERRALS, {"referrer__isempty": 1})) == [orphan]
    by_row = {"referrer__id__exact": row.referrer_id}
    assert listed(admin_client.get(REFERRALS, by_row)) == [row]
    assert len(listed(admin_client.get(REFERRALS, {"sign": "nonsense"}))) == 2


def test_both_ways_by_links(admin_client):
    top = referral()
    middle = referral(referrer=top.invited)
    below = referral(referrer=middle.invited)

    page = admin_client.get(change(middle)).text
    member_page = admin_client.get(pages.change(middle.invited)).text

    for text in (page, member_page):
        for member in (top.invited, top.referrer, below.invited):
            assert pages.change(member) in text
        assert change(below) in text
        assert f"{REFERRALS}?referrer__id__exact={middle.invited_id}" in text
    assert f"{REFERRALS}?referrer__id__exact={middle.referrer_id}" in page


def test_member_page_shows_codes(admin_client):
    code = InviteCodeFactory()

    page = admin_client.get(pages.change(code.member)).text

    assert reverse("admin:referrals_invitecode_change", args=[code.pk]) in page
    assert code.code in page


def test_pages_of_a_circle_and_of_who_hangs_on_one(admin_client):
    ring = circle(3)
    tail = referral(referrer=ring[0].invited)

    for row in (*ring, tail):
        assert admin_client.get(change(row)).status_code == 200
        assert admin_client.get(pages.change(row.invited)).status_code == 200


def test_never_written_or_deleted(admin_client):
    row = referral()

    assert admin_client.get(f"{REFERRALS}add/").status_code == 403
    assert admin_client.post(change(row), {}).status_code == 403
    delete = reverse("admin:referrals_referral_delete", args=[row.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin_client.get(REFERRALS).text
    member_page = reverse("admin:matchmaker_member_delete", args=[row.invited_id])
    assert admin_client.post(member_page, {"post": "yes"}).status_code == 302
    assert not Referral.objects.exists()  # it goes with the account only


def test_address_is_nowhere_shown(admin_client):
    row = referral(address_digest="d1gest" * 5)

    for url in (REFERRALS, change(row), pages.change(row.invited)):
        assert "d1gest" not in admin_client.get(url).text


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        for _ in range(n):
            referral(address_digest="x" * 32)
        # The session, its member, the count, the rows, circles, addresses.
        with django_assert_num_queries(6):
            listed(admin_client.get(REFERRALS))


def test_rights_are_djangos(staff_with):
    row = referral()

    assert listed(staff_with("view_referral").get(REFERRALS)) == [row]


# --- signs of abuse -----------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, CIRCLE_MAX])
def test_circles(admin_client, size):
    ring = circle(size)
    referral(referrer=ring[0].invited)  # hangs on it
    referral(invited=MemberFactory(), referrer=referral().invited, at_sign_up=True)

    response = admin_client.get(REFERRALS, {"sign": "circle"})

    assert keys(listed(response)) == keys(ring)
    assert response.text.count('signs_of_abuse">circle of members') == size


def test_too_large_a_circle_is_none(admin_client):
    circle(CIRCLE_MAX + 1)

    assert found(admin_client, Sign.CIRCLE) == set()


def test_broken_circle_is_none(admin_client):
    ring = circle(3)
    ring[0].referrer.delete()

    assert found(admin_client, Sign.CIRCLE) == set()


@pytest.mark.parametrize(
    ("number", "gap", "is_burst"),
    [
        (BURST_SIZE, HOUR / (BURST_SIZE - 1), True),
        (BURST_SIZE - 1, MINUTE, False),
        (BURST_SIZE, HOUR / (BURST_SIZE - 1) + timedelta(seconds=1), False),
        (BURST_SIZE * 3, MINUTE, True),
        (BURST_SIZE, timedelta(0), True),
    ],
)
def test_bursts(admin_client, number, gap, is_burst):
    rows = [
        referral(address_digest="a" * 32, activated_at=NOW - n * gap)
        for n in range(number)
    ]
    referral(address_digest="a" * 32, activated_at=NOW - YEAR)
    referral(address_digest="b" * 32)
    for _ in range(BURST_SIZE):
        referral(address_digest="")  # nobody knows from where

    response = admin_client.get(REFERRALS, {"sign": "burst"})

    assert keys(listed(response)) == (keys(rows) if is_burst else set())
    assert response.text.count('abuse">many activations') == number * is_burst


def test_new_accounts(admin_client):
    new = {"date_joined": NOW - 9 * MINUTE}
    referrer = referral(referrer=MemberFactory(**new))
    invited = referral(invited=MemberFactory(**new))
    referral(invited=MemberFactory(**new), at_sign_up=True)
    almost = {"date_joined": NOW - 11 * MINUTE}
    referral(invited=MemberFactory(**almost), referrer=MemberFactory(**almost))

    assert found(admin_client, Sign.NEW_REFERRER) == {referrer.pk}
    assert found(admin_client, Sign.NEW_INVITED) == {invited.pk}
    assert "minutes old" in admin_client.get(change(invited)).text


def test_rows_say_what_the_filters_find(db):
    """On a random world, by the filters' SQL and by the column's."""
    rng = Random(5)
    members = [
        MemberFactory(date_joined=NOW - rng.choice([1, 5, 500]) * MINUTE)
        for _ in range(60)
    ]
    for member in members:
        others = [other for other in members if other != member]
        Referral.objects.create(
            invited=member,
            referrer=rng.choice([None, *others]),
            code="ABCDEF",
            activated_at=NOW - rng.randrange(240) * MINUTE,
            at_sign_up=rng.random() < 0.5,
            address_digest=rng.choice(["", "a" * 32, "b" * 32]),
        )
    rows = list(Referral.objects.select_related("invited", "referrer"))

    said = signs_of(rows)

    for sign in Sign:
        found = keys(Referral.objects.filter(with_sign(sign)))
        assert found == {key for key, theirs in said.items() if sign in theirs}
        assert 0 < len(found) < len(rows), sign


def test_constants_are_the_documented_ones():
    assert signs.__doc__
    for name in ("CIRCLE_MAX", "BURST_SIZE", "BURST_HOURS", "NEW_ACCOUNT_MINUTES"):
        assert name in signs.__doc__
        assert hasattr(signs, name)

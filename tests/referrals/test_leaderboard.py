"""GET /api/v1/leaderboard/: who has brought the most; and who is not on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import Member
from referrals import constants
from referrals.models import Referral, Unlisted
from referrals.reads import leaderboard
from referrals.reads.leaderboard import Period
from tests.factories import MemberFactory
from tests.referrals.factories import ReferralFactory
from tests.threads import at_once, client_of

URL = "/api/v1/leaderboard/"
MINE = "/api/v1/leaderboard/me/"


@pytest.fixture(autouse=True)
def server(settings):
    """Redis, which has no ranking yet."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter("*leaderboard:*"):
            client.delete(key)
        yield client


@pytest.fixture
def counted_anew(server):
    def forget() -> None:
        for key in server.scan_iter("*leaderboard:*"):
            server.delete(key)

    return forget


def bring(name: str, number: int, *, days_ago: float = 0.5) -> Member:
    """A member who has invited so many, the first ones long before the last."""
    referrer = MemberFactory(first_name=name)
    last = timezone.now() - timedelta(days=days_ago)
    for n in range(number):
        at = last - timedelta(minutes=n)
        ReferralFactory(referrer=referrer, activated_at=at)
    return referrer


def names(answer: dict) -> list[str]:
    return [row["first_name"] for row in answer["results"]]


@pytest.mark.parametrize("path", [URL, URL.rstrip("/")])
def test_whole_answer(ann, as_ann, path):
    ReferralFactory(referrer=ann)
    bring("Боб", 2)

    response = as_ann.get(path)

    answer = response.json()
    assert response.status_code == 200
    assert answer.pop("counted_at").endswith("Z")
    assert answer == {
        "period": "all",
        "results": [
            {"rank": 1, "first_name": "Боб", "count": 2, "is_me": False},
            {"rank": 2, "first_name": "Ann", "count": 1, "is_me": True},
        ],
    }


@pytest.mark.parametrize("url", [URL, MINE])
def test_only_signed_in(api, db, url):
    assert api.get(url).status_code == 401


def test_same_count_same_rank_and_who_was_first_stands_first(as_ann):
    for name, number, days_ago in (
        ("Three", 3, 1), ("Late", 2, 1), ("Early", 2, 5), ("One", 1, 1),
    ):  # fmt: skip
        bring(name, number, days_ago=days_ago)

    rows = as_ann.get(URL).json()["results"]

    assert [(row["rank"], row["first_name"]) for row in rows] == [
        (1, "Three"), (2, "Early"), (2, "Late"), (4, "One"),
    ]  # fmt: skip


def test_who_has_no_name_is_shown_by_the_id(as_ann):
    nobody = bring("", 1)

    assert names(as_ann.get(URL).json()) == [f"#{nobody.pk}"]


def test_periods(as_ann):
    bring("Today", 1)
    bring("Week", 2, days_ago=8)
    bring("Month", 3, days_ago=31)

    found = {
        period: names(as_ann.get(URL, {"period": period}).json())
        for period in ("week", "month", "all")
    }

    assert found == {
        "week": ["Today"],
        "month": ["Week", "Today"],
        "all": ["Month", "Week", "Today"],
    }


@pytest.mark.parametrize("period", ["year", "0", "\0", "all,week", "ALL"])
def test_nonsense_is_refused(as_ann, period):
    response = as_ann.get(URL, {"period": period})

    assert response.status_code == 400
    assert list(response.json()) == ["period"]


def test_one_hundred_are_shown(as_ann, monkeypatch):
    for _ in range(constants.LEADERBOARD_SIZE + 1):
        bring("One", 1)
    bring("Two", 2)

    rows = as_ann.get(URL).json()["results"]

    assert len(rows) == 100
    assert [rows[0]["first_name"], rows[0]["rank"]] == ["Two", 1]
    assert {row["rank"] for row in rows[1:]} == {2}


def test_opting_out_acts_at_once_and_in_again(ann, as_ann, counted_anew):
    ReferralFactory(referrer=ann)
    bring("Bob", 2)
    assert names(as_ann.get(URL).json()) == ["Bob", "Ann"]
    assert as_ann.get(MINE).json() == {"listed": True}

    for _ in range(2):
        response = as_ann.patch(MINE, {"listed": False})
        assert (response.status_code, response.json()) == (200, {"listed": False})
    assert names(as_ann.get(URL).json()) == ["Bob"]
    assert as_ann.get(MINE).json() == {"listed": False}
    counted_anew()
    assert names(as_ann.get(URL).json()) == ["Bob"]

    for _ in range(2):
        assert as_ann.patch(MINE, {"listed": True}).json() == {"listed": True}
    counted_anew()
    assert names(as_ann.get(URL).json()) == ["Bob", "Ann"]
    assert not Unlisted.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"listed": None}, {"listed": "x"}, {"listed": 0}, [], [1], "x"]
)
def test_nonsense_setting_is_refused(as_ann, body):
    assert as_ann.patch(MINE, body).status_code == 400
    assert not Unlisted.objects.exists()


@pytest.mark.parametrize("kind", ["multipart", "application/x-www-form-urlencoded"])
def test_setting_in_a_form(as_ann, kind):
    def send(**given: str) -> Any:
        if kind == "multipart":
            return as_ann.patch(MINE, given, format=kind)
        return as_ann.patch(MINE, urlencode(given), content_type=kind)

    for text, listed in (("false", False), ("true", True)):
        assert send(listed=text).json() == {"listed": listed}
        assert as_ann.get(MINE).json() == {"listed": listed}

    told = {"listed": ["This field is required."]}
    assert send().json() == told
    assert send(other="x").json() == {**told, "other": ["Unknown field."]}
    for text in ("", "no", "0", "on", "False"):
        assert send(listed=text).status_code == 400, text
    assert as_ann.get(MINE).json() == {"listed": True}


@pytest.mark.parametrize("how", ["blocks", "is blocked", "inactive", "deleted"])
def test_who_hides_is_gone_at_once(ann, as_ann, how):
    bob = bring("Bob", 2)
    bring("Eve", 1)
    as_ann.get(URL)

    hide(ann, bob, how)

    rows = as_ann.get(URL).json()["results"]
    assert [(row["rank"], row["first_name"]) for row in rows] == [(1, "Eve")]


@pytest.mark.parametrize("how", ["blocks", "is blocked", "inactive", "deleted"])
def test_referrals_of_who_hides_count_as_if_deleted(ann, as_ann, how, counted_anew):
    """Else the own count, beside the own tree, would tell who blocks."""
    gone = [ReferralFactory(referrer=ann).invited for _ in range(2)]
    ReferralFactory(referrer=ann)
    assert as_ann.get(URL).json()["results"][0]["count"] == 3

    for member in gone:
        hide(ann, member, how)
    if how in ("inactive", "deleted"):  # told within the minute
        counted_anew()

    assert as_ann.get(URL).json()["results"][0]["count"] == 1
    assert as_ann.get("/api/v1/users/me/tree/").json()["total"] == 1


def hide(ann: Member, other: Member, how: str) -> None:
    if how == "blocks":
        services.block_member(other, ann.pk)
    elif how == "is blocked":
        services.block_member(ann, other.pk)
    elif how == "inactive":
        services.set_active(other, False)
    else:
        services.delete_member(other)


def test_who_is_left_without_a_count_is_not_there(ann, as_ann):
    bob = bring("Bob", 1)
    services.block_member(Referral.objects.get(referrer=bob).invited, ann.pk)

    assert as_ann.get(URL).json()["results"] == []


def test_counted_once_a_minute(as_ann, server):
    bring("Bob", 2)
    first = as_ann.get(URL).json()
    bring("Eve", 3)

    assert as_ann.get(URL).json() == first
    (fresh,) = server.scan_iter("*leaderboard:*:fresh")
    assert 0 < server.ttl(fresh) <= constants.LEADERBOARD_FRESH_S
    server.delete(fresh)  # as a minute later
    assert names(as_ann.get(URL).json()) == ["Eve", "Bob"]
    # Whoever came while it was counted got the old one, and nothing stays for ever.
    (kept,) = server.scan_iter("*leaderboard:*:all")
    assert 0 < server.ttl(kept) <= constants.LEADERBOARD_STALE_S


def test_nobody_can_be_read_in_redis(as_ann, server):
    bob = MemberFactory(pk=9_876_543_210_123_456)
    ReferralFactory(referrer=bob)

    for _ in range(2):  # as it was counted, and as it was kept
        assert as_ann.get(URL).json()["results"][0]["count"] == 1

    kept = {key: server.get(key) for key in server.scan_iter("*leaderboard:*")}
    assert len(kept) == 2
    for key, value in kept.items():
        assert str(bob.pk).encode() not in key + value


def test_without_redis_it_is_counted_anew(as_ann, settings):
    bring("Bob", 2)
    away = {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": settings.CACHES["default"] | away}
    assert names(as_ann.get(URL).json()) == ["Bob"]
    bring("Eve", 3)

    assert names(as_ann.get(URL).json()) == ["Eve", "Bob"]


def test_same_queries_for_any_number(as_ann, counted_anew):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get(URL).status_code == 200
        return len(captured)

    bring("One", 1)
    few = queries(), queries()
    for _ in range(30):
        bring("Two", 2)
    counted_anew()

    # The key's member, the count (once a minute), what the viewer sees of it.
    assert few == (queries(), queries()) == (3, 2)


def test_count_is_that_of_a_plain_loop(db):
    for number in (1, 4, 2, 3, 2):
        bring("X", number)
    Member.objects.filter(pk=Referral.objects.earliest("pk").invited_id).update(
        is_active=False
    )
    expected: dict[int, int] = {}
    for row in Referral.objects.filter(invited__is_active=True):
        expected[row.referrer_id] = expected.get(row.referrer_id, 0) + 1

    ranking = leaderboard.count(Period.ALL)

    assert dict(zip(ranking.ids, ranking.counts, strict=True)) == expected
    assert list(ranking.counts) == sorted(expected.values(), reverse=True)


@pytest.mark.django_db(transaction=True)
def test_settings_race_with_each_other_and_with_deletion():
    for _ in range(4):
        ann = MemberFactory()
        patches = [set_listed(client_of(ann), v) for v in (False, True, False, False)]
        assert set(at_once(*patches)) == {200}
        as_ann = client_of(ann)

        deleted, *others = at_once(lambda c=as_ann: delete(c), *patches)

        assert deleted == 204
        assert set(others) <= {200, 401}
        assert not Unlisted.objects.exists()


def delete(client: APIClient) -> int:
    return client.delete("/api/clients/me/").status_code


def set_listed(client: APIClient, listed: bool) -> Callable[[], int]:
    return lambda: client.patch(MINE, {"listed": listed}).status_code

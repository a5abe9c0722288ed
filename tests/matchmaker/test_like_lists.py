"""`liked`, `liked_me` and `matched`: latest first, unless nearest first is asked."""

import pytest

from matchmaker.models import Like, Match, Member
from tests.factories import MemberFactory

URL = "/api/clients/"
FILTERS = ["liked", "liked_me", "matched"]


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def like_each_other(ann: Member, others: list[Member]) -> None:
    """In the order given, ann after all of them."""
    for other in others:
        Like.objects.create(from_member=other, to_member=ann)
    for other in others:
        Like.objects.create(from_member=ann, to_member=other)
        first, second = sorted((ann, other), key=lambda m: m.pk)
        Match.objects.create(first_member=first, second_member=second)


@pytest.fixture
def others(ann) -> list[Member]:
    """Nine, in an order that is neither their ids' nor their distances'."""
    made = [MemberFactory(lon=30.4 + i / 20, lat=59.94) for i in range(9)]
    shuffled = [made[i] for i in (4, 0, 8, 2, 6, 1, 7, 3, 5)]
    like_each_other(ann, shuffled)
    return shuffled


@pytest.mark.parametrize("name", FILTERS)
def test_latest_come_first(as_ann, others, name):
    assert ids(as_ann.get(URL, {name: "true"})) == [m.pk for m in reversed(others)]


@pytest.mark.parametrize("name", FILTERS)
def test_nearest_come_first_with_distance(as_ann, others, name):
    found = ids(as_ann.get(URL, {name: "true", "distance": 100}))

    assert found == sorted(m.pk for m in others)


def test_order_is_the_matches_before_the_likes(ann, as_ann, others):
    # The last match is not the last like: it is made anew.
    again = others[0]
    Match.objects.filter(second_member=again).delete()
    Match.objects.create(first_member=ann, second_member=again)

    for query in ({"matched": "true"}, {"matched": "true", "liked": "true"}):
        assert ids(as_ann.get(URL, query))[0] == again.pk
    assert ids(as_ann.get(URL, {"liked": "true", "liked_me": "true"}))[0] != again.pk


@pytest.mark.parametrize("name", FILTERS)
def test_false_is_newest_first(as_ann, others, name):
    strangers = MemberFactory.create_batch(3)

    found = ids(as_ann.get(URL, {name: "false"}))

    assert found == [m.pk for m in reversed(strangers)]


@pytest.mark.parametrize("name", FILTERS)
def test_pages_hold_every_row_once_in_both_directions(as_ann, others, name):
    expected = [m.pk for m in reversed(others)]
    pages, url = [], f"{URL}?{name}=true&page_size=2"
    while url:
        pages.append(as_ann.get(url).json())
        url = pages[-1]["next"]

    forth = [row["id"] for page in pages for row in page["results"]]
    back, url = [], pages[-1]["previous"]
    while url:
        page = as_ann.get(url).json()
        back = [row["id"] for row in page["results"]] + back
        url = page["previous"]

    assert forth == expected
    assert back == expected[: len(back)]
    assert len(back) == 8


@pytest.mark.parametrize("name", FILTERS)
def test_other_filters_combine(as_ann, others, name):
    one = others[3]

    found = ids(as_ann.get(URL, {name: "true", "first_name": one.first_name}))

    assert found == [one.pk]


def test_a_like_of_others_between_themselves_is_not_mine(ann, as_ann, others):
    stranger = MemberFactory()
    Like.objects.create(from_member=stranger, to_member=others[0])
    Like.objects.create(from_member=others[0], to_member=stranger)

    for name in FILTERS:
        assert stranger.pk not in ids(as_ann.get(URL, {name: "true"}))
        assert len(ids(as_ann.get(URL, {name: "true"}))) == 9


def test_inactive_members_are_not_in_the_lists(as_ann, others):
    Member.objects.filter(pk=others[0].pk).update(is_active=False)

    for name in FILTERS:
        body = as_ann.get(URL, {name: "true"}).json()
        assert (body["count"], len(body["results"])) == (8, 8)

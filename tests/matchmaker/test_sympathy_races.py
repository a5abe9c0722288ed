"""Two members, and many requests at the same time, each with its own connection."""

import random
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from matchmaker.models import Block, Like, Match, MatchMail, Member, Pass
from tests.factories import MemberFactory
from tests.threads import at_once, client_of

pytestmark = pytest.mark.django_db(transaction=True)


def asking(method: str, viewer: Member, other: Member, what: str) -> Callable[[], int]:
    client: APIClient = client_of(viewer)
    url = f"/api/clients/{other.pk}/{what}/"
    return lambda: getattr(client, method)(url).status_code


def assert_consistent(ann: Member, bob: Member) -> None:
    """Whatever happened, the rows agree with each other."""
    likes = set(Like.objects.values_list("from_member", "to_member"))
    is_mutual = likes == {(ann.pk, bob.pk), (bob.pk, ann.pk)}
    assert Match.objects.count() == int(is_mutual)


@pytest.mark.parametrize("_round", range(10))
def test_likes_in_the_same_instant_match_once(_round):
    ann, bob = MemberFactory.create_batch(2)

    statuses = at_once(
        asking("post", ann, bob, "match"), asking("post", bob, ann, "match")
    )

    assert statuses == [201, 201]
    assert Match.objects.count() == 1
    assert {m.member_id for m in MatchMail.objects.all()} == {ann.pk, bob.pk}


def test_twenty_likes_of_one_member_are_one():
    ann, bob = MemberFactory.create_batch(2)

    statuses = at_once(*(asking("post", ann, bob, "match") for _ in range(20)))

    assert sorted(statuses) == [200] * 19 + [201]
    assert Like.objects.count() == 1


def test_twenty_admirers_of_one_member_are_matched_each_once():
    ann = MemberFactory()
    admirers = MemberFactory.create_batch(10)

    statuses = at_once(
        *(asking("post", ann, other, "match") for other in admirers),
        *(asking("post", other, ann, "match") for other in admirers),
    )

    assert statuses == [201] * 20
    assert Match.objects.count() == 10
    assert MatchMail.objects.count() == 20


@pytest.mark.parametrize("_round", range(5))
def test_storm_of_likes_and_unlikes_ends_right(_round):
    ann, bob = MemberFactory.create_batch(2)
    storm = [
        asking(method, viewer, other, "match")
        for viewer, other in ((ann, bob), (bob, ann))
        for method in ("post", "delete", "post", "get", "delete", "post")
    ]
    random.shuffle(storm)

    statuses = at_once(*storm)

    assert set(statuses) <= {200, 201, 204}
    assert_consistent(ann, bob)
    assert MatchMail.objects.count() in (0, 2)
    answers = at_once(
        asking("post", ann, bob, "match"), asking("post", bob, ann, "match")
    )
    assert set(answers) <= {200, 201}
    assert Match.objects.count() == 1
    assert MatchMail.objects.count() == 2


@pytest.mark.parametrize("_round", range(5))
def test_block_in_the_middle_of_likes_leaves_no_match(_round):
    ann, bob = MemberFactory.create_batch(2)

    statuses = at_once(
        asking("post", ann, bob, "match"),
        asking("post", bob, ann, "match"),
        asking("post", ann, bob, "block"),
        asking("post", ann, bob, "pass"),
        asking("post", bob, ann, "pass"),
    )

    assert statuses[2] == 204
    assert set(statuses) <= {201, 204, 404}
    assert not Match.objects.exists()
    assert not Like.objects.filter(from_member=ann).exists()


def test_mutual_blocks_are_both_kept_and_the_second_is_not_told():
    ann, bob = MemberFactory.create_batch(2)

    statuses = at_once(
        asking("post", ann, bob, "block"), asking("post", bob, ann, "block")
    )

    assert sorted(statuses) == [204, 404]
    assert Block.objects.count() == 2


def test_twenty_passes_are_one():
    ann, bob = MemberFactory.create_batch(2)

    statuses = at_once(*(asking("post", ann, bob, "pass") for _ in range(20)))

    assert statuses == [204] * 20
    assert Pass.objects.count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_deactivation_racing_with_a_like_leaves_nobody_in_the_lists(_round):
    ann, bob = MemberFactory.create_batch(2)
    at_once(asking("post", bob, ann, "match"))

    def deactivate() -> int:
        return Member.objects.filter(pk=bob.pk).update(is_active=False)

    liked, _changed = at_once(asking("post", ann, bob, "match"), deactivate)

    assert liked in (201, 404)
    found = client_of(ann).get("/api/clients/", {"matched": "true"}).json()
    assert (found["count"], found["results"]) == (0, [])

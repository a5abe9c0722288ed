"""Likes, matches and passes of two members: contract, section 2."""

import pytest
from django.db import IntegrityError, transaction

from matchmaker.models import Block, Like, Match, MatchMail, Member, Pass, Report
from tests.factories import MemberFactory

UNKNOWN = {"detail": "Not found.", "code": "not_found"}


def url(member: Member | int, what: str = "match") -> str:
    return f"/api/clients/{getattr(member, 'pk', member)}/{what}/"


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", gender="male", email="bob@example.com")


@pytest.fixture
def as_bob(bob, signed_in):
    return signed_in(bob)


def test_first_like_is_201_and_tells_no_email(as_ann, bob):
    first, again = as_ann.post(url(bob)), as_ann.post(url(bob))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"liked": True, "matched": False}
    assert Like.objects.count() == 1


def test_mutual_like_matches_and_tells_both_the_email(ann, as_ann, bob, as_bob):
    as_ann.post(url(bob))

    answer = as_bob.post(url(ann))

    assert answer.status_code == 201
    assert answer.json() == {"liked": True, "matched": True, "email": ann.email}
    for again in (as_ann.post, as_ann.get):
        response = again(url(bob))
        assert response.status_code == 200
        assert response.json() == {"liked": True, "matched": True, "email": bob.email}
    match = Match.objects.get()
    assert {match.first_member_id, match.second_member_id} == {ann.pk, bob.pk}


def test_reading_changes_nothing(ann, as_ann, bob, as_bob):
    as_bob.post(url(ann))

    response = as_ann.get(url(bob))

    assert response.json() == {"liked": False, "matched": False}
    assert Like.objects.count() == 1
    assert not Match.objects.exists()


def test_email_is_null_for_a_match_without_one(ann, as_ann, signed_in):
    phone_only = MemberFactory(email=None, phone_number="+79991234567")
    signed_in(phone_only).post(url(ann))

    answer = as_ann.post(url(phone_only)).json()

    assert answer == {"liked": True, "matched": True, "email": None}
    assert [mail.member for mail in MatchMail.objects.all()] == [ann]


def test_withdrawing_ends_the_match_and_is_repeatable(ann, as_ann, bob, as_bob):
    as_ann.post(url(bob))
    as_bob.post(url(ann))

    assert [as_ann.delete(url(bob)).status_code for _ in range(2)] == [204, 204]

    assert not Match.objects.exists()
    assert as_ann.get(url(bob)).json() == {"liked": False, "matched": False}
    assert as_bob.get(url(ann)).json() == {"liked": True, "matched": False}


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("post", "match"), ("get", "match"), ("delete", "match"),
        ("post", "block"), ("delete", "block"),
        ("post", "pass"), ("delete", "pass"), ("post", "report"),
    ],
)  # fmt: skip
def test_oneself_is_400_and_nobody_is_404(ann, as_ann, method, what):
    inactive = MemberFactory(is_active=False)
    given = {"reason": "spam"} if what == "report" else None
    call = getattr(as_ann, method)

    assert call(url(ann, what), given).status_code == 400
    assert call(url(ann, what), given).json() == {
        "non_field_errors": ["You cannot do this to yourself."]
    }
    for nobody in (10**6, 10**18, 10**29, inactive):
        response = call(url(nobody, what), given)
        assert response.status_code == 404
        assert response.json() == UNKNOWN


def test_like_takes_back_a_pass_and_a_pass_leaves_a_like(ann, as_ann, bob):
    assert [as_ann.post(url(bob, "pass")).status_code for _ in "12"] == [204, 204]
    assert Pass.objects.count() == 1

    as_ann.post(url(bob))
    assert not Pass.objects.exists()

    as_ann.post(url(bob, "pass"))
    assert as_ann.get(url(bob)).json()["liked"] is True
    assert [as_ann.delete(url(bob, "pass")).status_code for _ in "12"] == [204, 204]
    assert not Pass.objects.exists()


def test_database_refuses_what_no_service_makes(ann, bob):
    def refused(model, **fields) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**fields)

    Like.objects.create(from_member=ann, to_member=bob)
    refused(Like, from_member=ann, to_member=bob)
    for stance in (Like, Pass, Block):
        refused(stance, from_member=ann, to_member=ann)
    refused(Match, first_member=ann, second_member=bob)  # only one of them likes
    Like.objects.create(from_member=bob, to_member=ann)
    refused(Match, first_member=bob, second_member=ann)  # not in order
    Match.objects.create(first_member=ann, second_member=bob)
    refused(Match, first_member=ann, second_member=bob)


def test_no_path_leaves_a_match_without_its_likes(ann, bob):
    for one, other in ((ann, bob), (bob, ann)):
        Like.objects.create(from_member=one, to_member=other)
    Match.objects.create(first_member=ann, second_member=bob)

    Like.objects.filter(from_member=bob)._raw_delete("default")

    assert not Match.objects.exists()


def test_block_ends_the_match_and_hides_both_from_each_other(ann, as_ann, bob, as_bob):
    as_ann.post(url(bob))
    as_bob.post(url(ann))

    assert [as_ann.post(url(bob, "block")).status_code for _ in "12"] == [204, 204]

    assert not Match.objects.exists()
    for client, other in ((as_ann, bob), (as_bob, ann)):
        assert client.get("/api/clients/").json()["count"] == 0
        for query in ("liked", "liked_me", "matched"):
            found = client.get("/api/clients/", {query: "true"}).json()
            assert (found["count"], found["results"]) == (0, [])
        answers = [
            client.get(f"/api/clients/{other.pk}/"),
            client.get(f"/api/clients/{other.pk}/?format=geojson"),
            client.post(url(other)),
            client.get(url(other)),
            client.delete(url(other)),
            client.post(url(other, "pass")),
        ]
        assert [a.status_code for a in answers] == [404] * 6
        assert {tuple(a.json().items()) for a in answers} == {tuple(UNKNOWN.items())}


def test_blocking_first_shuts_nobodys_mouth(ann, as_ann, bob, as_bob):
    as_ann.post(url(bob, "block"))

    answers = [
        as_bob.post(url(ann, "report"), {"reason": "abuse", "text": "before that"}),
        as_bob.post(url(ann, "block")),
    ]

    # As of anybody who does not exist; but it is done.
    assert {tuple(a.json().items()) for a in answers} == {tuple(UNKNOWN.items())}
    assert Report.objects.get().text == "before that"
    assert as_ann.post(url(bob, "block")).status_code == 204
    assert as_ann.post(url(bob, "report"), {"reason": "spam"}).status_code == 201
    assert as_ann.delete(url(bob, "block")).status_code == 204
    assert as_ann.get(f"/api/clients/{bob.pk}/").status_code == 404
    assert as_ann.delete(url(bob, "block")).status_code == 404
    assert as_bob.delete(url(ann, "block")).status_code == 204
    assert as_ann.get(f"/api/clients/{bob.pk}/").status_code == 200


def test_taking_back_a_block_that_was_hidden_takes_it_back(ann, as_ann, bob, as_bob):
    as_ann.post(url(bob, "block"))
    as_bob.post(url(ann, "block"))

    assert as_bob.delete(url(ann, "block")).status_code == 404

    as_ann.delete(url(bob, "block"))
    assert as_ann.get(f"/api/clients/{bob.pk}/").status_code == 200


def test_liking_again_takes_back_a_pass_too(ann, as_ann, bob):
    as_ann.post(url(bob))
    as_ann.post(url(bob, "pass"))

    as_ann.post(url(bob))

    assert not Pass.objects.exists()


def test_after_a_block_is_taken_back_nothing_of_a_match_is_left(
    ann, as_ann, bob, as_bob
):
    as_ann.post(url(bob))
    as_bob.post(url(ann))
    as_ann.post(url(bob, "block"))

    assert [as_ann.delete(url(bob, "block")).status_code for _ in "12"] == [204, 204]

    assert as_ann.get(url(bob)).json() == {"liked": False, "matched": False}
    assert as_bob.get(url(ann)).json() == {"liked": True, "matched": False}
    assert as_ann.post(url(bob)).json()["matched"] is True

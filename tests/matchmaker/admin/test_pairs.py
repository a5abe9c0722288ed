"""Likes, matches, passes and blocks: found, and taken back."""

import pytest
from django.contrib import admin
from django.urls import reverse

from matchmaker import services
from matchmaker.models import Block, Like, Match, Member, Pass
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed

MODELS = [Like, Match, Pass, Block]
PATHS = [model.__name__.lower() for model in MODELS]


def queue(model) -> str:
    return reverse(f"admin:matchmaker_{model.__name__.lower()}_changelist")


def delete(model, row) -> str:
    return reverse(f"admin:matchmaker_{model.__name__.lower()}_delete", args=[row.pk])


def between(model, one: Member, other: Member):
    """A row of the model about the two, made as members make it."""
    if model is Pass:
        services.pass_member(one, other.pk)
    elif model is Block:
        services.block_member(one, other.pk)
    else:
        services.like_member(one, other.pk)
    if model is Match:
        services.like_member(other, one.pk)
    return model.objects.latest("id")


@pytest.mark.parametrize("model", MODELS, ids=PATHS)
def test_found_by_either_member_and_not_written(admin_client, admin_user, eve, model):
    services.update_profile(eve, phone_number="+79991234567")
    row = between(model, eve, admin_user)
    other = between(model, MemberFactory(), admin_user)
    url = queue(model)

    assert listed(admin_client.get(url)) == [other, row]
    for term in ("EVE@example.com", "8 (999) 123-45-67"):
        assert listed(admin_client.get(url, {"q": term})) == [row]
    assert listed(admin_client.get(url, {"q": admin_user.email})) == [other, row]
    assert listed(admin_client.get(url, {"q": "eve"})) == []
    assert admin_client.get(url + "add/").status_code == 403
    assert "Eve Adams" in admin_client.get(f"{url}{row.pk}/change/").text
    assert admin_client.post(f"{url}{row.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=PATHS)
def test_filtered_by_date(admin_client, admin_user, eve, model):
    row = between(model, eve, admin_user)
    at = row.created_at.isoformat()

    assert listed(admin_client.get(queue(model), {"created_at__gte": at})) == [row]
    assert not listed(admin_client.get(queue(model), {"created_at__lt": at}))


@pytest.mark.parametrize("model", MODELS, ids=PATHS)
def test_same_queries_for_any_number(
    admin_client, admin_user, django_assert_num_queries, model
):
    for n in (1, 49):
        for _ in range(n):
            between(model, MemberFactory(), admin_user)
        # The session, its member, the count, the rows.
        with django_assert_num_queries(4):
            listed(admin_client.get(queue(model)))


def test_list_says_which_likes_are_mutual(admin_client, admin_user, eve):
    between(Match, eve, admin_user)
    between(Like, MemberFactory(), eve)

    page = admin_client.get(queue(Like)).text

    assert page.count('alt="True"') == 2
    assert page.count('alt="False"') == 1


@pytest.mark.parametrize("from_the_list", [True, False])
@pytest.mark.parametrize("model", MODELS, ids=PATHS)
def test_deleted_though_one_is_inactive(
    admin_client, admin_user, eve, model, from_the_list
):
    row = between(model, admin_user, eve)
    services.set_active(eve, False)

    if from_the_list:
        data = {"action": "delete_selected", "_selected_action": [row.pk]}
        admin_client.post(queue(model), {**data, "post": "yes"})
    else:
        admin_client.post(delete(model, row), {"post": "yes"})

    assert not model.objects.exists()


def test_deleting_a_match_takes_back_both_likes(admin_client, admin_user, eve):
    match = between(Match, eve, admin_user)
    page = admin_client.get(delete(Match, match))
    assert dict(page.context["model_count"]) == {"matches": 1, "likes": 2}

    admin_client.post(delete(Match, match), {"post": "yes"})

    assert not Match.objects.exists()
    assert not Like.objects.exists()
    # So it takes both of them to match again.
    assert not services.like_member(eve, admin_user.pk)[0].matched


def test_deleting_a_like_ends_the_match_and_leaves_the_other(
    admin_client, admin_user, eve
):
    between(Match, eve, admin_user)
    mine = Like.objects.get(from_member=eve)
    page = admin_client.get(delete(Like, mine))
    assert dict(page.context["model_count"]) == {"likes": 1, "matches": 1}

    admin_client.post(delete(Like, mine), {"post": "yes"})

    assert not Match.objects.exists()
    assert Like.objects.get().from_member == admin_user


def test_like_that_goes_before_it_is_deleted_is_no_error(rf, admin_user, eve):
    between(Like, eve, admin_user)
    likes = admin.site.get_model_admin(Like)
    read = likes.get_queryset(rf.get("/")).get()
    services.delete_member(eve)

    likes.delete_model(rf.post("/"), read)

    assert not Like.objects.exists()


@pytest.mark.parametrize("model", MODELS, ids=PATHS)
def test_staff_delete_only_with_the_right(staff_with, admin_user, eve, model):
    row = between(model, eve, admin_user)
    client = staff_with(f"view_{model.__name__.lower()}")

    assert listed(client.get(queue(model))) == [row]
    assert client.post(delete(model, row), {"post": "yes"}).status_code == 403
    assert model.objects.exists()

"""The lists: finding, acting on many, and who may."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from matchmaker import services
from matchmaker.admin import pagination
from matchmaker.models import Block, Member
from tests.matchmaker.admin.pages import (
    LIST,
    change,
    form_of,
    listed,
    signed_in_twice,
    statuses,
)


@pytest.mark.parametrize(
    "term",
    [
        "eve",
        "DAMS",
        "eve adams",
        "eve@EXAMPLE.com",
        "+79991234567",
        "8 (999) 123-45-67",
    ],
)
def test_search_finds(admin_client, eve, term):
    services.update_profile(eve, phone_number="+79991234567")

    assert listed(admin_client.get(LIST, {"q": term})) == [eve]


def test_search_by_part_of_an_email_finds_nobody(admin_client, eve):
    assert listed(admin_client.get(LIST, {"q": "example.com"})) == []


@pytest.mark.parametrize(
    "query",
    [
        {"is_active__exact": 1, "is_staff__exact": 0},
        {"gender__exact": "female"},
        {"looking_for__exact": "male"},
        {"visibility__exact": "hidden"},
        {"location__isempty": 0},
        {"avatar__isempty": 0},
        {"email_verified_at__isempty": 0},
        {"language__exact": "ru"},
        {"date_joined__lt": "2021-01-01 00:00:00+00:00"},
    ],
)
def test_filter_keeps_only_what_it_says(admin_client, admin_user, eve, query):
    Member.objects.create_user("other@example.com", is_active=False, gender="male")
    changes = {"language": "ru", "looking_for": "male", "visibility": "hidden"}
    services.update_profile(eve, avatar=Image.new("RGB", (9, 9)), **changes)
    Member.objects.filter(pk=eve.pk).update(
        date_joined=datetime(2020, 1, 1, tzinfo=UTC), email_verified_at=timezone.now()
    )

    assert listed(admin_client.get(LIST, query)) == [eve]


def test_list_needs_the_same_queries_for_any_number(
    admin_client, django_assert_num_queries, eve
):
    # The session, its member, the count, the rows.
    with django_assert_num_queries(4):
        assert len(listed(admin_client.get(LIST))) == 2
    for n in range(20):
        Member.objects.create_user(f"m{n}@example.com", first_name=f"M{n}")
    with django_assert_num_queries(4):
        assert len(listed(admin_client.get(LIST))) == 22


def test_list_counts_no_further_than_its_cap(admin_client, eve, monkeypatch):
    monkeypatch.setattr(pagination, "LIST_MAX_ROWS", 1)

    response = admin_client.get(LIST)

    assert response.context["cl"].result_count == 1
    assert "There are more" in response.text


def test_deactivate_kills_tokens_and_activate_revives_none(admin_client, eve):
    tokens = signed_in_twice(eve)
    selected = {"_selected_action": [eve.pk]}

    admin_client.post(LIST, {"action": "deactivate", **selected})
    eve.refresh_from_db()
    assert not eve.is_active
    assert statuses(tokens) == [401, 401]

    admin_client.post(LIST, {"action": "activate", **selected})
    eve.refresh_from_db()
    assert eve.is_active
    assert statuses(tokens) == [401, 401]


@pytest.mark.parametrize("from_the_list", [True, False])
def test_delete_removes_the_avatar_file(
    admin_client, eve, avatars, django_capture_on_commit_callbacks, from_the_list
):
    services.update_profile(eve, avatar=Image.new("RGB", (9, 9)))
    assert len(list(avatars.iterdir())) == 1

    with django_capture_on_commit_callbacks(execute=True):
        if from_the_list:
            data = {"action": "delete_selected", "_selected_action": [eve.pk]}
            admin_client.post(LIST, {**data, "post": "yes"})
        else:
            url = reverse("admin:matchmaker_member_delete", args=[eve.pk])
            admin_client.post(url, {"post": "yes"})

    assert not Member.objects.filter(pk=eve.pk).exists()
    assert list(avatars.iterdir()) == []


def test_delete_page_counts_what_goes_too(admin_client, admin_user, eve):
    for one, other in ((eve, admin_user), (admin_user, eve)):
        services.like_member(one, other.pk)
        services.pass_member(one, other.pk)
    for one, other in ((eve, admin_user), (admin_user, eve)):
        services.report_member(one, other.pk, reason="spam", text="")
    Block.objects.create(from_member=admin_user, to_member=eve)
    selected = {"_selected_action": [eve.pk, admin_user.pk]}

    for response, members in (
        (admin_client.get(reverse("admin:matchmaker_member_delete", args=[eve.pk])), 1),
        (admin_client.post(LIST, {"action": "delete_selected", **selected}), 2),
    ):
        # Each once, also where both of its members go.
        assert dict(response.context["model_count"]) == {
            "members": members,
            "likes": 2,
            "matches": 1,
            "passes": 2,
            "blocks": 1,
            "reports": 2,
            "mails about matches": 2,
            "rooms": 1,  # of the match
        }


def test_staff_reach_members_but_not_staff_or_privileges(client, admin_user, eve):
    staff = Member.objects.create_user("staff@example.com", is_staff=True)
    staff.user_permissions.set(
        Permission.objects.filter(content_type__app_label="matchmaker")
    )
    client.force_login(staff)

    assert listed(client.get(LIST)) == [eve]
    assert client.get(change(admin_user)).status_code == 302
    client.post(change(eve), form_of(eve, is_staff="on", is_superuser="on"))
    eve.refresh_from_db()
    assert not eve.is_staff
    assert not eve.is_superuser


def test_staff_who_may_only_look_see_the_form(client, eve):
    staff = Member.objects.create_user("staff@example.com", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_member"))
    client.force_login(staff)

    assert listed(client.get(LIST)) == [eve]
    assert "Adams" in client.get(change(eve)).text
    assert client.post(change(eve), form_of(eve)).status_code == 403

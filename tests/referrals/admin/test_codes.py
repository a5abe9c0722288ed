"""Invitation codes in the admin: found, ended, never deleted."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from referrals import services
from referrals.errors import InviteCodeUnknown
from referrals.models import InviteCode
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed, run
from tests.referrals.factories import InviteCodeFactory

CODES = reverse("admin:referrals_invitecode_changelist")


def change(code: InviteCode) -> str:
    return reverse("admin:referrals_invitecode_change", args=[code.pk])


def test_found_by_code_and_by_member(admin_client):
    member = MemberFactory(email="ann@example.com", phone_number="+79991234567")
    code = InviteCodeFactory(member=member, code="ABCDEF")
    InviteCodeFactory()

    for term in ("abcdef ", "ABCDEF", "ANN@example.com", "8 (999) 123-45-67"):
        assert listed(admin_client.get(CODES, {"q": term})) == [code]
    for term in ("ABC", "example.com", "x@example.com", "%"):
        assert listed(admin_client.get(CODES, {"q": term})) == []


def test_filtered_by_state(admin_client):
    past = timezone.now() - timedelta(seconds=1)
    rows = {
        "active": InviteCodeFactory(),
        "expired": InviteCodeFactory(expires_at=past),
        "deactivated": InviteCodeFactory(ended=True),
    }

    for state, code in rows.items():
        response = admin_client.get(CODES, {"state": state})
        assert listed(response) == [code]
        assert f'class="field-state">{state}</td>' in response.text
        assert state in admin_client.get(change(code)).text
    assert len(listed(admin_client.get(CODES))) == 3


def test_ended_code_is_dead_at_once_in_the_cache_too(
    admin_client, admin_user, rf, django_capture_on_commit_callbacks
):
    code = InviteCodeFactory()
    services.activate_code(MemberFactory(), code.code, meta={})  # it is cached now
    ended = InviteCodeFactory(ended=True)

    with django_capture_on_commit_callbacks(execute=True):
        assert run(admin_client, CODES, "end", code, ended) == ["1 code deactivated."]

    with pytest.raises(InviteCodeUnknown):
        services.activate_code(MemberFactory(), code.code, meta={})
    code.refresh_from_db()
    assert code.ended_at
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user) == (str(code.pk), admin_user)
    assert run(admin_client, CODES, "end", code) == ["0 codes deactivated."]


def test_ending_spares_the_code_that_came_after(admin_client):
    code = InviteCodeFactory()
    services.delete_code(code.member)
    newer = services.create_code(code.member, expires_at=None)

    assert run(admin_client, CODES, "end", code) == ["0 codes deactivated."]

    newer.refresh_from_db()
    assert newer.ended_at is None


def test_never_written_or_deleted(admin_client):
    code = InviteCodeFactory()

    assert admin_client.get(f"{CODES}add/").status_code == 403
    assert admin_client.post(change(code), {}).status_code == 403
    delete = reverse("admin:referrals_invitecode_delete", args=[code.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin_client.get(CODES).text


def test_who_may_only_look_ends_nothing(staff_with):
    code = InviteCodeFactory()
    client = staff_with("view_invitecode")

    assert listed(client.get(CODES)) == [code]
    run(client, CODES, "end", code)

    code.refresh_from_db()
    assert code.ended_at is None


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        for _ in range(n):
            InviteCodeFactory()
        # The session, its member, the count, the rows.
        with django_assert_num_queries(4):
            listed(admin_client.get(CODES))

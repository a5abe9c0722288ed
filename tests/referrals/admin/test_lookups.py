"""What Hunter was asked: where each question is, and asking it again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import EmailLookup
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed, run
from tests.referrals.factories import EmailLookupFactory

LOOKUPS = reverse("admin:referrals_emaillookup_changelist")
STATES = {
    "due": {},
    "answered": {
        "status": "webmail",
        "result": {"score": 7},
        "done_at": timezone.now(),
    },
    "given-up": {"given_up_at": timezone.now(), "attempts": 9},
}


def page(lookup: EmailLookup) -> str:
    return reverse("admin:referrals_emaillookup_change", args=[lookup.pk])


def row(lookup: EmailLookup) -> dict:
    return EmailLookup.objects.filter(pk=lookup.pk).values().get()


def test_filtered_by_state_kind_and_answer(admin_client):
    rows = {state: EmailLookupFactory(**fields) for state, fields in STATES.items()}
    enrichment = EmailLookupFactory(kind="enrichment")

    assert len(listed(admin_client.get(LOOKUPS))) == 4
    for state in ("answered", "given-up"):
        response = admin_client.get(LOOKUPS, {"state": state})
        assert listed(response) == [rows[state]]
    due = admin_client.get(LOOKUPS, {"state": "due"})
    assert listed(due) == [enrichment, rows["due"]]
    kind = admin_client.get(LOOKUPS, {"kind__exact": "enrichment"})
    assert listed(kind) == [enrichment]
    status = admin_client.get(LOOKUPS, {"status__exact": "webmail"})
    assert listed(status) == [rows["answered"]]


def test_found_by_the_member_and_not_written(admin_client):
    lookup = EmailLookupFactory(member__email="Eve@example.com")
    EmailLookupFactory()

    assert listed(admin_client.get(LOOKUPS, {"q": "eve@EXAMPLE.com"})) == [lookup]
    assert admin_client.get(LOOKUPS + "add/").status_code == 403
    assert admin_client.post(page(lookup), {}).status_code == 403


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        EmailLookupFactory.create_batch(n)
        # The session, its member, the count, the rows.
        with django_assert_num_queries(4):
            listed(admin_client.get(LOOKUPS))


def test_page_shows_the_answer_as_text(admin_client):
    result = {"person": {"bio": "<script>alert(1)</script> я"}, "company": None}
    lookup = EmailLookupFactory(
        kind="enrichment", status="found", result=result, done_at=timezone.now()
    )

    html = admin_client.get(page(lookup)).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt; я" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("state", ["answered", "given-up"])
def test_asked_again_about_the_email_of_now(
    admin_client, state, django_capture_on_commit_callbacks
):
    long_ago = timezone.now() - timedelta(days=9)
    lookup = EmailLookupFactory(email="old@x.io", due_at=long_ago, **STATES[state])

    with django_capture_on_commit_callbacks() as after_commit:
        said = run(admin_client, LOOKUPS, "ask_again", lookup)

    assert said == ["1 question is due again."]
    assert len(after_commit) == 1
    lookup.refresh_from_db()
    assert lookup.email == lookup.member.email
    assert (lookup.status, lookup.result, lookup.attempts) == ("", None, 0)
    assert lookup.done_at is lookup.given_up_at is None
    assert lookup.due_at > long_ago


def test_what_is_due_or_claimed_is_left_alone(admin_client):
    claimed = {"status": "claimed", "done_at": timezone.now()}
    rows = [EmailLookupFactory(), EmailLookupFactory(**claimed)]
    nameless = MemberFactory(email=None, phone_number="+79991234567")
    rows.append(
        EmailLookupFactory(member=nameless, email="x@y.io", **STATES["given-up"])
    )
    before = [row(lookup) for lookup in rows]

    said = run(admin_client, LOOKUPS, "ask_again", *rows)

    assert said == ["0 questions are due again."]
    assert [row(lookup) for lookup in rows] == before


def test_another_email_than_the_claimed_one_may_be_asked_about(admin_client):
    claimed = EmailLookupFactory(
        email="old@example.com", status="claimed", done_at=timezone.now()
    )

    assert run(admin_client, LOOKUPS, "ask_again", claimed) == [
        "1 question is due again."
    ]


def test_asking_again_needs_the_right_to_change(staff_with):
    lookup = EmailLookupFactory(**STATES["given-up"])
    client = staff_with("view_emaillookup")

    assert listed(client.get(LOOKUPS)) == [lookup]
    run(client, LOOKUPS, "ask_again", lookup)

    assert row(lookup)["given_up_at"] is not None

"""Mails about matches and accounts: where each of them is, and what it says."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker import mails, services
from matchmaker.models import AccountMail, MatchMail, Member
from project.lib.background import due
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed, run

MAILS = reverse("admin:matchmaker_matchmail_changelist")
# What puts a mail into each state.
STATES = {
    "due": {},
    "sent": {"sent_at": timezone.now()},
    "given-up": {"given_up_at": timezone.now(), "attempts": 9},
}


def page(mail: MatchMail) -> str:
    return reverse("admin:matchmaker_matchmail_change", args=[mail.pk])


def mail_to(member: Member, state: str = "due", **fields) -> MatchMail:
    """As a match has it; `state` and `fields` tell what has become of it."""
    other = MemberFactory(first_name="Bob")
    services.like_member(member, other.pk)
    services.like_member(other, member.pk)
    mine = MatchMail.objects.filter(member=member, about=other)
    if changes := STATES[state] | fields:
        mine.update(**changes)
    MatchMail.objects.filter(member=other).delete()
    return mine.get()


def test_filtered_by_state(admin_client, eve):
    in_state = {state: mail_to(eve, state) for state in STATES}
    shown = {"given-up": "failed"}

    assert len(listed(admin_client.get(MAILS))) == 3
    for state, mail in in_state.items():
        response = admin_client.get(MAILS, {"state": state})
        assert listed(response) == [mail]
        assert f">{shown.get(state, state)}</a></th>" in response.text


def test_filtered_by_when_they_were_due(admin_client, eve):
    long_ago = timezone.now() - timedelta(days=400)
    old, new = mail_to(eve, due_at=long_ago), mail_to(eve)
    since = timezone.now() - timedelta(days=7)

    assert listed(admin_client.get(MAILS, {"due_at__gte": since})) == [new]
    assert listed(admin_client.get(MAILS, {"due_at__lt": since})) == [old]


def test_found_by_either_member_and_not_written(admin_client, eve):
    mail = mail_to(eve)
    mail_to(MemberFactory())

    for term in ("EVE@example.com", mail.about.email):
        assert listed(admin_client.get(MAILS, {"q": term})) == [mail]
    assert admin_client.get(MAILS + "add/").status_code == 403
    assert admin_client.post(page(mail), {}).status_code == 403


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        for _ in range(n):
            mail_to(MemberFactory())
        # The session, its member, the count, the rows.
        with django_assert_num_queries(4):
            listed(admin_client.get(MAILS))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_page_shows_the_mail_in_its_readers_language(admin_client, eve, language):
    services.update_profile(eve, language=language)
    mail = mail_to(eve)
    made = mails.match_mail(mail)

    html = admin_client.get(page(mail)).text

    for text in (made.subject, *str(made.body).splitlines()):
        assert text in html


def test_given_up_is_tried_again_at_once(
    admin_client, eve, mailoutbox, django_capture_on_commit_callbacks
):
    mail = mail_to(eve, "given-up", due_at=timezone.now() - timedelta(days=9))

    with django_capture_on_commit_callbacks() as after_commit:
        said = run(admin_client, MAILS, "retry", mail)

    assert said == ["1 mail is due again."]
    assert len(after_commit) == 1
    assert due.attempt(due.KINDS["match_mail"], mail.pk)
    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert mail.attempts == 1
    assert [m.to for m in mailoutbox] == [[eve.email]]


@pytest.mark.parametrize("state", ["due", "sent"])
def test_others_are_left_alone(admin_client, eve, state):
    mail = mail_to(eve, state)
    before = MatchMail.objects.filter(pk=mail.pk).values().get()

    assert run(admin_client, MAILS, "retry", mail) == ["0 mails are due again."]

    assert MatchMail.objects.filter(pk=mail.pk).values().get() == before


def test_trying_again_needs_the_right_to_change(staff_with, eve):
    mail = mail_to(eve, "given-up")
    client = staff_with("view_matchmail")

    assert listed(client.get(MAILS)) == [mail]
    run(client, MAILS, "retry", mail)

    mail.refresh_from_db()
    assert mail.given_up_at is not None


# --- about an account -----------------------------------------------------------------

ACCOUNT_MAILS = reverse("admin:matchmaker_accountmail_changelist")


def account_mail_to(member: Member, state: str = "due", **fields) -> AccountMail:
    return AccountMail.objects.create(
        member=member,
        kind=AccountMail.Kind.PHONE_LOST,
        email=member.email,
        phone_number="+79991234567",
        **STATES[state] | fields,
    )


def test_account_mails_are_listed_found_and_not_written(admin_client, eve):
    in_state = {state: account_mail_to(eve, state) for state in STATES}
    account_mail_to(MemberFactory())

    for state, mail in in_state.items():
        query = {"state": state, "q": "EVE@example.com"}
        assert listed(admin_client.get(ACCOUNT_MAILS, query)) == [mail]
    assert admin_client.get(ACCOUNT_MAILS + "add/").status_code == 403


@pytest.mark.parametrize("language", ["en", "ru"])
def test_account_mail_is_shown_in_its_readers_language(admin_client, eve, language):
    services.update_profile(eve, language=language)
    mail = account_mail_to(eve)
    made = mails.account_mail(mail)

    url = reverse("admin:matchmaker_accountmail_change", args=[mail.pk])
    html = admin_client.get(url).text

    for text in (made.subject, *str(made.body).splitlines()):
        assert text in html


def test_account_mail_that_was_given_up_is_tried_again(
    admin_client, eve, mailoutbox, django_capture_on_commit_callbacks
):
    mail = account_mail_to(eve, "given-up", due_at=timezone.now() - timedelta(days=9))

    with django_capture_on_commit_callbacks() as after_commit:
        said = run(admin_client, ACCOUNT_MAILS, "retry", mail)

    assert said == ["1 mail is due again."]
    assert len(after_commit) == 1
    assert due.attempt(due.KINDS["account_mail"], mail.pk)
    assert [m.to for m in mailoutbox] == [[eve.email]]

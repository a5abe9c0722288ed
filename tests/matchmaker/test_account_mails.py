"""Mails about an account: their words, and when there is none."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from matchmaker import constants, services
from matchmaker.models import AccountMail, Member
from matchmaker.tasks import ACCOUNT_MAIL, send_account_mail
from project.lib.work import due
from tests.factories import MemberFactory
from tests.threads import at_once

PHONE = "+79991234567"


@pytest.fixture
def eva(db) -> Member:
    return MemberFactory(
        first_name="Ева", email="eva@example.com", language="ru", phone_number=PHONE
    )


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", email="bob@example.com")


@pytest.fixture
def mail(eva, bob) -> AccountMail:
    """What tells eva that bob has proven her number."""
    services.prove_phone(bob, PHONE)
    return AccountMail.objects.get()


def is_done(mail: AccountMail) -> tuple[bool, bool]:
    """Whether it was sent, and whether it was given up."""
    mail.refresh_from_db()
    return mail.sent_at is not None, mail.given_up_at is not None


SENT, GIVEN_UP, DUE = (True, False), (False, True), (False, False)


def test_lost_number_is_told_in_the_members_language(mail, bob, mailoutbox):
    send_account_mail(mail.pk)

    (sent,) = mailoutbox
    assert sent.to == ["eva@example.com"]
    assert sent.subject == "По вашему номеру телефона больше нельзя войти"
    assert PHONE in sent.body
    # Nothing about who has the number now.
    for told in (bob.first_name, bob.last_name, bob.email, f"{bob.pk}"):
        assert told not in sent.body.replace(PHONE, "")
    assert is_done(mail) == SENT


def test_english(mail, eva, mailoutbox):
    services.update_profile(eva, language="en")

    send_account_mail(mail.pk)

    (sent,) = mailoutbox
    assert sent.subject == "Your phone number no longer signs you in"
    assert f"the number {PHONE} is theirs." in sent.body


def test_it_goes_where_the_member_was_told_of_the_account_before(mail, eva, mailoutbox):
    services.update_profile(eva, email="new@example.com")

    send_account_mail(mail.pk)

    assert [sent.to for sent in mailoutbox] == [["eva@example.com"]]


def test_sent_once(mail, mailoutbox):
    for _ in range(3):
        AccountMail.objects.update(next_attempt_at=Now())
        send_account_mail(mail.pk)

    assert len(mailoutbox) == 1


def test_each_loss_is_told(eva, bob, mail, mailoutbox):
    services.prove_phone(Member.objects.get(pk=eva.pk), PHONE)
    services.prove_phone(Member.objects.get(pk=bob.pk), PHONE)

    assert due.sweep(ACCOUNT_MAIL) == 3

    assert sorted(sent.to[0] for sent in mailoutbox) == [
        "bob@example.com", "eva@example.com", "eva@example.com",
    ]  # fmt: skip
    assert len({sent.extra_headers["Message-ID"] for sent in mailoutbox}) == 3


def test_inactive_member_is_told_once_active(mail, eva, mailoutbox):
    services.set_active(eva, False)
    send_account_mail(mail.pk)
    assert (is_done(mail), mailoutbox) == (DUE, [])

    services.set_active(eva, True)
    AccountMail.objects.update(next_attempt_at=Now())
    send_account_mail(mail.pk)

    assert is_done(mail) == SENT


def test_given_up_when_it_has_waited_too_long(mail, mailoutbox):
    long_ago = timedelta(days=constants.ACCOUNT_MAIL_PATIENCE_DAYS, minutes=1)
    AccountMail.objects.update(due_at=timezone.now() - long_ago)

    send_account_mail(mail.pk)

    assert (is_done(mail), mailoutbox) == (GIVEN_UP, [])


def test_no_mail_without_a_loss(eva, bob):
    services.prove_phone(eva, PHONE)
    services.prove_phone(bob, "+79997654321")

    assert not AccountMail.objects.exists()


def test_goes_with_the_account(mail, eva, mailoutbox):
    services.delete_member(eva)

    assert not AccountMail.objects.exists()
    send_account_mail(mail.pk)
    assert mailoutbox == []


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_send_one(mail, mailoutbox):
    at_once(*[lambda: due.sweep(ACCOUNT_MAIL)] * 4)

    assert len(mailoutbox) == 1
    assert is_done(mail) == SENT

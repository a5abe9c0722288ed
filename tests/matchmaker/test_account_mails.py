"""Mails about an account: their words, and when there is none."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from matchmaker import constants, services
from matchmaker.models import AccountMail, Member
from matchmaker.tasks import ACCOUNT_MAIL, send_account_mail
from project.lib.background import due
from tests.factories import MemberFactory
from tests.matchmaker.mailbox import reset_link
from tests.threads import at_once

PHONE = "+79991234567"
Kind = AccountMail.Kind


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
    AccountMail.objects.exclude(kind=Kind.PHONE_LOST).delete()
    return AccountMail.objects.get()


def is_done(mail: AccountMail) -> tuple[bool, bool]:
    """Whether it was sent, and whether it failed."""
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
    assert f"The number {PHONE} was confirmed" in sent.body


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
    AccountMail.objects.exclude(kind=Kind.PHONE_LOST).delete()

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


def test_no_mail_of_a_loss_without_one(eva, bob):
    services.prove_phone(eva, PHONE)
    services.prove_phone(bob, "+79997654321")

    assert not AccountMail.objects.filter(kind=Kind.PHONE_LOST).exists()


@pytest.mark.parametrize(
    ("language", "subject", "way_out"),
    [
        (
            "en",
            "A phone number was added to your account",
            "set a new password at once",
        ),
        (
            "ru",
            "К вашей учётной записи добавлен номер телефона",
            "сразу же задайте новый пароль",
        ),
    ],
)
@pytest.mark.parametrize("before", [None, "+79997654321"])
def test_new_number_is_told_with_the_way_out(
    bob, mailoutbox, language, subject, way_out, before
):
    """Who has stolen a session for a minute adds no way in without a word."""
    services.update_profile(bob, language=language, phone_number=before)

    services.prove_phone(bob, PHONE)

    send_account_mail(AccountMail.objects.get().pk)
    (sent,) = mailoutbox
    assert (sent.to, sent.subject) == (["bob@example.com"], subject)
    assert "…4567" in sent.body
    assert way_out in sent.body
    assert "/reset/" in sent.body


def test_of_a_new_number_the_last_digits_are_kept_alone(bob):
    """The e-mail may be a stranger's, who takes the account back and exports it."""
    services.prove_phone(bob, PHONE)

    assert AccountMail.objects.get().phone_number == "…4567"


def test_number_is_told_once(bob):
    for _ in range(2):
        services.prove_phone(bob, PHONE)

    assert AccountMail.objects.count() == 1


def test_account_without_an_email_is_told_nothing(db):
    member = MemberFactory(email=None, phone_number=PHONE)

    services.prove_phone(member, "+79997654321")

    assert not AccountMail.objects.exists()


def test_reset_removes_the_number_that_was_told(bob):
    services.prove_phone(bob, PHONE)

    assert reset_link(bob.email).reset("another horse 8") == 204

    bob.refresh_from_db()
    assert bob.phone_number is None


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

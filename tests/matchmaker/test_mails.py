"""The mail about a match: its words, and when there is none."""

import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation

from matchmaker import constants, services
from matchmaker.models import MatchMail, Member
from matchmaker.services import mails
from matchmaker.tasks import send_match_mail
from project.lib.background import due
from tests.factories import MemberFactory
from tests.harness.database import somebody_waits
from tests.harness.waiting import wait_until


@pytest.fixture
def eva(db) -> Member:
    return MemberFactory(first_name="Ева", email="eva@example.com", language="ru")


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", email="bob@example.com", language="en")


def match(one: Member, other: Member) -> None:
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)


def rematch(one: Member, other: Member) -> None:
    services.withdraw_like(one, other.pk)
    services.like_member(one, other.pk)


def mail_to(member: Member) -> MatchMail:
    return MatchMail.objects.get(member=member)


def send_all() -> None:
    """As messages would have it; rows that are not due stay."""
    for pk in MatchMail.objects.values_list("pk", flat=True):
        send_match_mail(pk)


def is_done(mail: MatchMail) -> tuple[bool, bool]:
    """Whether it was sent, and whether it was given up."""
    mail.refresh_from_db()
    return mail.sent_at is not None, mail.given_up_at is not None


SENT, GIVEN_UP, DUE = (True, False), (False, True), (False, False)


def wait_no_more() -> None:
    MatchMail.objects.update(next_attempt_at=Now())


# --- its words --------------------------------------------------------------------


def test_each_is_told_in_their_own_language(eva, bob, mailoutbox):
    match(eva, bob)

    for language in ("en", "ru"):  # whatever the request's was
        with translation.override(language):
            send_match_mail(mail_to(eva if language == "en" else bob).pk)

    to_eva, to_bob = mailoutbox
    assert (to_eva.to, to_bob.to) == (["eva@example.com"], ["bob@example.com"])
    assert to_eva.subject == "Взаимная симпатия"
    assert to_eva.body == "Вы понравились Bob! Почта участника: bob@example.com"
    assert to_bob.subject == "You have a match!"
    assert to_bob.body == "Ева likes you too! Their e-mail: eva@example.com"


def test_nobody_is_nameless(eva, bob, mailoutbox):
    Member.objects.update(first_name="")
    match(eva, bob)

    send_all()

    assert {mail.body for mail in mailoutbox} == {
        f"Вы понравились участнику {bob.pk}! Почта участника: bob@example.com",
        f"Member {eva.pk} likes you too! Their e-mail: eva@example.com",
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "Вы понравились Bob!"), ("en", "Bob likes you too!")],
)
def test_partner_without_email_is_named_and_gets_none(db, mailoutbox, language, text):
    one = MemberFactory(language=language)
    partner = MemberFactory(
        first_name="Bob", email=None, phone_number="+79991234567", password=None
    )
    match(one, partner)

    send_all()

    assert [(mail.to, mail.body) for mail in mailoutbox] == [([one.email], text)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann\r\nBcc: eve@example.com\r\n\r\nHi", "Ann  Bcc: eve@example.com    Hi"),
        ("\x1b[31mAnn\x07", "[31mAnn"),
        ("A\u202enn", "A nn"),  # it would turn the rest around
        ("100%(email)s {name}", "100%(email)s {name}"),
    ],
)
def test_name_is_one_line_and_no_header(eva, bob, mailoutbox, name, shown):
    Member.objects.filter(pk=bob.pk).update(first_name=name)
    match(eva, bob)

    send_match_mail(mail_to(eva).pk)

    (mail,) = mailoutbox
    assert mail.body == f"Вы понравились {shown}! Почта участника: bob@example.com"
    assert mail.recipients() == ["eva@example.com"]
    headers = set(mail.message().keys())
    assert headers == {
        "Content-Type", "MIME-Version", "Content-Transfer-Encoding",
        "Subject", "From", "To", "Date", "Message-ID",
    }  # fmt: skip


def test_message_id_is_of_the_mail_and_of_the_time_it_fell_due(
    eva, bob, mailoutbox, settings
):
    settings.DEFAULT_FROM_EMAIL = "Matchmaker <hello@match.example>"
    match(eva, bob)

    for _time in range(2):  # as if the first one had died before recording it
        send_all()
        MatchMail.objects.update(sent_at=None, next_attempt_at=Now())
    MatchMail.objects.update(due_at=Now())
    send_all()

    ids = [mail.extra_headers["Message-ID"] for mail in mailoutbox]
    assert ids[:2] == ids[2:4]
    assert len(set(ids)) == 4
    assert all(i.endswith("@match.example>") for i in ids)


# --- once -------------------------------------------------------------------------


def test_actor_called_twice_sends_once(eva, bob, mailoutbox):
    match(eva, bob)

    send_all()
    wait_no_more()
    send_all()

    assert len(mailoutbox) == 2
    assert is_done(mail_to(eva)) == is_done(mail_to(bob)) == SENT


def test_actor_of_no_row_does_nothing(db, mailoutbox):
    send_match_mail(10**12)

    assert mailoutbox == []


def test_rematch_is_mailed_again_after_the_pause_only(eva, bob, mailoutbox):
    match(eva, bob)
    send_all()
    pause = timedelta(days=constants.MATCH_MAIL_PAUSE_DAYS)

    for age, mails_sent in ((pause - timedelta(minutes=1), 2), (pause, 4)):
        MatchMail.objects.update(sent_at=timezone.now() - age)
        rematch(eva, bob)
        send_all()
        assert len(mailoutbox) == mails_sent
    ids = {mail.extra_headers["Message-ID"] for mail in mailoutbox}
    assert len(ids) == 4


def test_rematch_while_mails_are_unsent_makes_no_more_of_them(eva, bob, mailoutbox):
    match(eva, bob)
    before = MatchMail.objects.values_list("pk", "due_at")

    rematch(eva, bob)
    assert [*before] == [*MatchMail.objects.values_list("pk", "due_at")]
    send_all()

    assert len(mailoutbox) == 2


def test_rematch_after_mails_were_given_up_sends_them(eva, bob, mailoutbox):
    match(eva, bob)
    services.withdraw_like(eva, bob.pk)
    send_all()
    assert is_done(mail_to(eva)) == is_done(mail_to(bob)) == GIVEN_UP

    services.like_member(eva, bob.pk)
    send_all()

    assert sorted(mail.to for mail in mailoutbox) == [[bob.email], [eva.email]]
    assert is_done(mail_to(eva)) == is_done(mail_to(bob)) == SENT


# --- given up ---------------------------------------------------------------------


def deactivate(one: Member, other: Member) -> None:
    Member.objects.filter(pk=one.pk).update(is_active=False)


def lose_email(one: Member, other: Member) -> None:
    for member in (one, other):
        number = f"+7999{member.pk % 10**7:07}"
        Member.objects.filter(pk=member.pk).update(
            email=None, email_identity=None, phone_number=number
        )


def grow_old(one: Member, other: Member) -> None:
    patience = timedelta(days=constants.MATCH_MAIL_PATIENCE_DAYS)
    MatchMail.objects.update(due_at=Now() - patience)


@pytest.mark.parametrize(
    "happen",
    [
        lambda one, other: services.withdraw_like(one, other.pk),
        lambda one, other: services.block_member(one, other.pk),
        lambda one, other: services.block_member(other, one.pk),
        lose_email,
        grow_old,
    ],
    ids=["unmatched", "blocked", "blocking", "no-email", "late"],
)
def test_mail_not_wanted_any_more_is_given_up(eva, bob, mailoutbox, happen):
    match(eva, bob)
    happen(eva, bob)

    send_all()

    assert mailoutbox == []
    assert is_done(mail_to(eva)) == is_done(mail_to(bob)) == GIVEN_UP


@pytest.mark.parametrize("who", [0, 1])
def test_mail_waits_for_a_member_who_is_shut_out_for_a_while(eva, bob, mailoutbox, who):
    match(eva, bob)
    services.set_active((eva, bob)[who], False)
    send_all()
    assert mailoutbox == []
    assert is_done(mail_to(eva)) == is_done(mail_to(bob)) == DUE

    services.set_active((eva, bob)[who], True)
    MatchMail.objects.update(next_attempt_at=Now())
    send_all()

    assert sorted(mail.to for mail in mailoutbox) == [[bob.email], [eva.email]]


def test_mails_go_with_their_members(eva, bob, mailoutbox):
    match(eva, bob)
    pks = [mail_to(eva).pk, mail_to(bob).pk]
    services.delete_member(eva)

    for pk in pks:
        send_match_mail(pk)

    assert mailoutbox == []
    assert not MatchMail.objects.exists()


class Refusing(BaseEmailBackend):
    """A mail server that answers RCPT TO with `code`."""

    code = 0

    def send_messages(self, messages: list[EmailMessage]) -> int:
        to = {a: (self.code, b"no") for m in messages for a in m.recipients()}
        raise smtplib.SMTPRecipientsRefused(to)


@pytest.fixture
def refuse(monkeypatch, settings) -> Callable[[int], None]:
    def refuse(code: int) -> None:
        settings.EMAIL_BACKEND = f"{__name__}.Refusing"
        monkeypatch.setattr(Refusing, "code", code)

    return refuse


def test_recipient_refused_for_good_is_given_up(eva, bob, refuse):
    match(eva, bob)
    refuse(550)

    send_match_mail(mail_to(eva).pk)

    assert is_done(mail_to(eva)) == GIVEN_UP
    assert is_done(mail_to(bob)) == DUE


# --- tried again ------------------------------------------------------------------


def pause_s(mail: MatchMail) -> float:
    """Until the next attempt, by the database's clock."""
    pause = F("next_attempt_at") - Now()
    return (
        MatchMail.objects.values_list(pause, flat=True).get(pk=mail.pk).total_seconds()
    )


def test_temporary_refusal_raises_and_pauses_longer_each_time(eva, bob, refuse):
    match(eva, bob)
    mail = mail_to(eva)
    refuse(451)

    for pause in (60, 120, 240, 480, 600, 600):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send_match_mail(mail.pk)
        assert pause - 5 < pause_s(mail) <= pause
        assert is_done(mail) == DUE
        send_match_mail(mail.pk)  # too early: nothing is tried
        wait_no_more()
    assert (mail.attempts, mail_to(bob).attempts) == (6, 0)


def test_pause_after_very_many_attempts_is_the_longest(eva, bob, refuse):
    match(eva, bob)
    mail = mail_to(eva)
    refuse(421)
    MatchMail.objects.update(attempts=2**31 - 2)

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send_match_mail(mail.pk)

    assert due.PAUSE_MAX_S - 5 < pause_s(mail) <= due.PAUSE_MAX_S


# --- a worker gives up while a rematch asks -----------------------------------------


def in_thread(threads: ThreadPoolExecutor, call: Callable[[], object]):
    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    return threads.submit(run)


@pytest.fixture
def unmatched(transactional_db, eva, bob) -> MatchMail:
    """A mail that is due and whose match is over."""
    match(eva, bob)
    services.withdraw_like(eva, bob.pk)
    return mail_to(eva)


def test_rematch_waits_for_a_worker_that_gives_up(eva, bob, unmatched, mailoutbox):
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            assert mails._given_up(unmatched)
            asking = in_thread(threads, lambda: services.like_member(eva, bob.pk))
            wait_until(somebody_waits)
        asking.result()
    assert is_done(unmatched) == DUE

    send_all()

    assert sorted(mail.to for mail in mailoutbox) == [[bob.email], [eva.email]]


def test_worker_that_gives_up_waits_for_a_rematch(eva, bob, unmatched, mailoutbox):
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            services.like_member(eva, bob.pk)
            working = in_thread(threads, lambda: mails.send_match_mail(unmatched.pk))
            wait_until(somebody_waits)
        working.result()

    assert is_done(unmatched) == SENT
    assert [mail.to for mail in mailoutbox] == [[eva.email]]

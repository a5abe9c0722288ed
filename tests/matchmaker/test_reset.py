"""A forgotten password: a link to the e-mail's owner, good once and for an hour."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from matchmaker import constants, links, services
from matchmaker.models import AccountMail, Member
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import (
    PROVE,
    RESET,
    SET,
    VERIFY,
    Link,
    deliver,
    link_to,
    links_to,
    reset_link,
)

ME = "/api/clients/me/"
NEW = "another horse 8"
DEAD = ["This link is no longer valid. Ask for a new one."]

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva(db) -> Member:
    return MemberFactory(first_name="Eva", email="Eva@Example.com", language="en")


def signs_in(email: str, password: str) -> bool:
    given = {"email": email, "password": password}
    return APIClient().post("/api/user/sign-in/", given).status_code == 200


# --- asking -------------------------------------------------------------------------


def test_the_mail_has_a_link_that_sets_the_password_and_proves_the_email(eva, api):
    link = reset_link("eva@EXAMPLE.com")

    assert link.purpose == "reset"
    assert link.reset(NEW) == 204

    eva.refresh_from_db()
    assert eva.email_verified
    assert signs_in("eva@example.com", NEW)
    assert not signs_in("eva@example.com", PASSWORD)


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("en", "A new password for your account", "Set it here:"),
        ("ru", "Новый пароль", "Задайте его здесь:"),
        (None, "Новый пароль", "Задайте его здесь:"),
    ],
)
def test_the_mail_is_in_the_members_language(
    eva, api, mailoutbox, language, subject, said
):
    services.update_profile(eva, language=language)

    api.post(RESET, {"email": eva.email}, HTTP_ACCEPT_LANGUAGE="de")
    deliver()

    (sent,) = mailoutbox
    assert sent.to == ["Eva@Example.com"]
    assert sent.subject.startswith(subject)
    assert said in sent.body


def test_known_and_unknown_are_answered_alike_by_the_same_work(eva, api):
    """Whoever could tell them apart, by time say, would learn who has an account."""
    MemberFactory(email="gone@example.com", is_active=False)
    MemberFactory(email="ivan@example.com", password=None)
    asked = [eva.email, "nobody@example.com", "gone@example.com", "ivan@example.com"]
    answers, statements = [], []
    for email in asked:
        with CaptureQueriesContext(connection) as captured:
            answers.append(api.post(RESET, {"email": email}))
        statements.append(
            [len(captured), *(q["sql"].split('"s')[0][:40] for q in captured)]
        )

    assert {answer.status_code for answer in answers} == {204}
    assert {answer.content for answer in answers} == {b""}
    assert len({str(dict(answer.headers)) for answer in answers}) == 1
    assert statements == [statements[0]] * len(asked)


def test_nobody_and_the_inactive_get_no_mail_and_leave_no_row(api, mailoutbox):
    MemberFactory(email="gone@example.com", is_active=False)
    for email in ("nobody@example.com", "gone@example.com"):
        api.post(RESET, {"email": email})
    assert AccountMail.objects.count() == 2

    deliver()

    assert mailoutbox == []
    assert not AccountMail.objects.exists()


def test_who_came_by_phone_gets_a_password_too(mailoutbox):
    member = MemberFactory(email="ivan@example.com", password=None)
    member.set_unusable_password()
    member.save()

    assert reset_link("ivan@example.com").reset(NEW) == 204

    assert signs_in("ivan@example.com", NEW)


def test_the_host_of_a_request_is_nowhere_in_the_mail(eva, settings, mailoutbox):
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_URL = "https://people.example"
    headers = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}

    assert APIClient(**headers).post(RESET, {"email": eva.email}).status_code == 204
    deliver()

    (sent,) = mailoutbox
    assert "https://people.example/reset/#reset/" in sent.body
    assert "evil" not in sent.message().as_string()


@pytest.mark.parametrize("email", ["", None, "eva", "e@x\0.com", 5, ["a@b.cd"]])
def test_what_is_no_email_is_a_400(api, email):
    answer = api.post(RESET, {"email": email})

    assert (answer.status_code, [*answer.json()]) == (400, ["email"])
    assert not AccountMail.objects.exists()


def test_a_mail_that_could_not_be_sent_for_an_hour_is_given_up(eva, api, mailoutbox):
    api.post(RESET, {"email": eva.email})
    late = timedelta(hours=constants.LINK_MAIL_PATIENCE_HOURS, minutes=1)
    AccountMail.objects.update(due_at=timezone.now() - late)

    deliver()

    assert mailoutbox == []
    assert AccountMail.objects.get().given_up_at is not None


def test_a_link_goes_to_no_email_that_the_account_has_not_any_more(
    eva, api, mailoutbox
):
    """Else the owner of the earlier one would get the account."""
    api.post(RESET, {"email": eva.email})
    mail = AccountMail.objects.get()
    mail.member = eva  # a worker has found her, and died
    mail.save()
    services.update_profile(eva, email="new@example.com")

    deliver()

    assert mailoutbox == []


def test_staff_reads_the_mail_without_its_link(eva, admin_client):
    link = reset_link("eva@example.com")
    mail = AccountMail.objects.get()

    page = admin_client.get(f"/admin/matchmaker/accountmail/{mail.pk}/change/")

    assert "Set it here:" in page.content.decode()
    assert link.token not in page.content.decode()


def test_a_mail_whose_member_is_not_looked_up_yet_is_shown_to_staff(api, admin_client):
    api.post(RESET, {"email": "nobody@example.com"})
    mail = AccountMail.objects.get()

    for path in ("", f"{mail.pk}/change/"):
        page = admin_client.get(f"/admin/matchmaker/accountmail/{path}")
        assert page.status_code == 200


# --- the link -----------------------------------------------------------------------


def test_a_link_works_once(eva):
    first, second = reset_link("eva@example.com"), reset_link("eva@example.com")

    assert first.reset(NEW) == 204
    assert [first.reset("third horse 9"), second.reset("third horse 9")] == [400, 400]
    assert signs_in("eva@example.com", NEW)


def test_a_link_works_for_an_hour(eva, monkeypatch):
    link = reset_link("eva@example.com")
    now = datetime.now()  # noqa: DTZ005 - as Django's tokens have it
    hour = timedelta(seconds=django_settings.PASSWORD_RESET_TIMEOUT)
    assert hour == timedelta(hours=1)

    monkeypatch.setattr(links.Link, "_now", lambda _: now + hour + timedelta(minutes=1))
    assert link.reset(NEW) == 400
    monkeypatch.setattr(links.Link, "_now", lambda _: now + hour - timedelta(minutes=1))
    assert link.reset(NEW) == 204


@pytest.mark.parametrize(
    "change",
    [
        lambda m: services.change_password(m, "third horse 9"),
        lambda m: services.update_profile(m, email="new@example.com"),
        lambda m: services.set_active(m, False),
        services.delete_member,
    ],
    ids=["password", "e-mail", "deactivation", "deletion"],
)
def test_what_kills_a_link(eva, change):
    link = reset_link("eva@example.com")

    change(eva)

    assert link.reset(NEW) == 400


def test_whoever_knows_the_old_password_cannot_end_the_reset_by_signing_out(eva):
    link = reset_link("eva@example.com")
    services.sign_out_everywhere(eva)

    assert link.reset(NEW) == 204


def forged(link: Link, other: Member) -> list[dict[str, object]]:
    uid = links.encode_uid(other.pk)
    return [
        {**link.used, "uid": uid},
        {**link.used, "uid": "MA"},
        {**link.used, "uid": links.encode_uid(10**18)},
        {**link.used, "uid": links.encode_uid(2**64)},
        {**link.used, "uid": "никто"},
        {**link.used, "uid": "\N{PILE OF POO}"},
        {**link.used, "token": link.token[:-1]},
        {**link.used, "token": "x-y"},
        {**link.used, "token": "1" * 30 + "-" + "a" * 32},
        {**link.used, "token": "ы-я"},
    ]


def test_forged_links_are_dead(eva):
    link = reset_link("eva@example.com")

    for used in forged(link, MemberFactory()):
        answer = APIClient().post(SET, {**used, "new_password": NEW})
        assert (answer.status_code, answer.json()) == (400, {"token": DEAD}), used
        answer = APIClient().post(PROVE, used)
        assert (answer.status_code, answer.json()) == (400, {"token": DEAD}), used


@pytest.mark.parametrize("uid", [None, [], {}, 5, "x" * 5000, "a\0b"])
def test_nonsense_is_a_400(eva, uid):
    used = {**reset_link("eva@example.com").used, "uid": uid, "new_password": NEW}

    answer = APIClient().post(SET, used)

    assert answer.status_code == 400
    assert {*answer.json()} & {"uid", "token"}


def test_all_that_is_wrong_is_told_at_once(eva):
    answer = APIClient().post(SET, {"uid": "x", "token": "y", "new_password": "1"})

    assert {*answer.json()} == {"token", "new_password"}
    missing = APIClient().post(SET, {}).json()
    assert {*missing} == {"uid", "token", "new_password"}


def test_the_password_is_measured_against_its_member(eva):
    services.update_profile(eva, last_name="Wintergreen")
    link = reset_link("eva@example.com")

    answer = APIClient().post(SET, {**link.used, "new_password": "wintergreen1"})

    assert (answer.status_code, [*answer.json()]) == (400, ["new_password"])
    assert link.reset(NEW) == 204


def test_each_link_does_what_it_is_for_and_nothing_else(eva, signed_in):
    reset = reset_link("eva@example.com")
    assert signed_in(eva).post(VERIFY).status_code == 204
    verify = link_to("Eva@Example.com")
    assert verify.purpose == "verify"

    assert (reset.prove(), verify.reset(NEW)) == (400, 400)

    eva.refresh_from_db()
    assert not eva.email_verified
    assert (verify.prove(), reset.reset(NEW)) == (204, 204)


# --- what a reset ends ----------------------------------------------------------------


def test_everything_that_opened_the_account_before_is_dead(eva, client):
    eva.is_staff = True
    eva.save()
    key = APIClient()
    key.credentials(HTTP_AUTHORIZATION=f"Token {services.issue_key(eva).key}")
    pair = services.issue_tokens(eva)
    bearer = APIClient()
    bearer.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    session = Client()
    given = {"username": eva.email, "password": PASSWORD, "next": "/admin/"}
    assert session.post("/admin/login/", given).status_code == 302
    assert session.get("/admin/").status_code == 200
    assert SESSION_KEY in Session.objects.get().get_decoded()

    assert reset_link("eva@example.com").reset(NEW) == 204

    assert [c.get(ME).status_code for c in (key, bearer, session)] == [401] * 3
    assert session.get("/admin/").status_code == 302
    refreshed = APIClient().post("/api/user/refresh/", {"refresh": pair["refresh"]})
    assert refreshed.status_code == 401
    assert not Token.objects.exists()


def test_calendar_feed_of_before_is_dead(eva, signed_in, api):
    made = signed_in(eva).post("/api/events/calendar/")
    address = made.json()["url"]
    assert api.get(address).status_code == 200

    assert reset_link("eva@example.com").reset(NEW) == 204

    assert api.get(address).status_code == 404


def test_a_new_password_by_the_member_leaves_the_feed(eva, signed_in, api):
    address = signed_in(eva).post("/api/events/calendar/").json()["url"]

    services.change_password(eva, NEW)

    assert api.get(address).status_code == 200


def test_all_is_in_russian(eva):
    answer = APIClient().post(
        SET, {"uid": "x", "token": "y", "new_password": NEW}, HTTP_ACCEPT_LANGUAGE="ru"
    )

    (message,) = answer.json()["token"]
    assert "ссылка" in message.lower()


def test_nothing_of_the_secret_is_stored(eva):
    link = reset_link("eva@example.com")

    for row in AccountMail.objects.values():
        assert link.token not in str(row)
    assert links_to("Eva@Example.com") == [link]

"""In which language members are written to."""

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from matchmaker import checks, services
from matchmaker.models import MatchMail, Member
from matchmaker.tasks import send_match_mail
from tests.factories import MemberFactory

ME = "/api/clients/me/"
PASSWORD = "cloudy-Otter-41"
DOORS = [
    (
        "/api/clients/create",
        {"first_name": "Ann", "last_name": "Lee", "gender": "female"},
    ),
    ("/api/user/sign-up/", {}),
    ("/api/v1/auth/signup/", {}),
]


@pytest.fixture(params=DOORS, ids=lambda door: door[0])
def sign_up(request, api: APIClient, db):
    path, profile = request.param

    def send(email: str = "new@example.com", **headers: str) -> Member:
        body = {"email": email, "password": PASSWORD, **profile}
        response = api.post(path, body, headers=headers)
        assert response.status_code == 201, response.content
        return Member.objects.get(email=email)

    return send


@pytest.mark.parametrize("header", [None, "", "*", "*;q=0.5", "nonsense;q=x,,;"])
def test_client_that_names_no_language_has_chosen_none(sign_up, header):
    headers = {} if header is None else {"accept-language": header}

    assert sign_up(**headers).language is None


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB,ru;q=0.5", "en"),
        ("de,ru;q=0.5", "ru"),
        ("de,ru;q=0.5,en;q=0.7", "en"),
        ("*, ru", "en"),
        ("de", "en"),  # the language of the answer, which is not MAIL_LANGUAGE
    ],
)
def test_header_chooses(sign_up, header, language):
    assert sign_up(**{"accept-language": header}).language == language


def test_member_by_phone_without_header_has_chosen_none(api, db, settings):
    settings.OTP_ECHO = True
    phone = {"phone_number": "+79123456789"}
    code = api.post("/api/auth/request_code/", phone).json()["confirmation_code"]

    answer = api.post("/api/auth/auth_code/", {**phone, "confirmation_code": code})

    assert answer.status_code == 200
    assert Member.objects.get().language is None


def test_mail_to_curls_members_is_the_documents_sentence(sign_up, mailoutbox, db):
    ann, bob = sign_up("ann@example.com"), sign_up("bob@example.com")
    Member.objects.filter(pk=bob.pk).update(first_name="Боб")
    services.like_member(ann, bob.pk)
    services.like_member(bob, ann.pk)

    for mail in MatchMail.objects.filter(member=ann):
        send_match_mail(mail.pk)

    assert [mail.body for mail in mailoutbox] == [
        "Вы понравились Боб! Почта участника: bob@example.com"
    ]


@pytest.mark.parametrize(
    ("chosen", "setting", "used"),
    [(None, "ru", "ru"), (None, "en", "en"), ("en", "ru", "en"), ("ru", "en", "ru")],
)
def test_setting_decides_for_who_has_chosen_none(settings, chosen, setting, used):
    settings.MAIL_LANGUAGE = setting

    assert Member(language=chosen).mail_language == used


def test_choice_can_be_taken_back(ann, as_ann):
    assert as_ann.patch(ME, {"language": "en"}).json()["language"] == "en"
    assert as_ann.patch(ME, {"language": None}).json()["language"] is None
    ann.refresh_from_db()
    assert ann.mail_language == "ru"


@pytest.mark.parametrize("language", ["de", "", "x"])
def test_database_knows_the_languages(ann, language):
    with pytest.raises(IntegrityError, match="member_language_known"):
        Member.objects.filter(pk=ann.pk).update(language=language)


def test_staff_sees_that_none_is_chosen(admin_client):
    member = MemberFactory(language=None)

    page = admin_client.get(f"/admin/matchmaker/member/{member.pk}/change/")

    assert '<option value="" selected>' in page.text


def test_mail_language_that_nobody_speaks_stops_the_start(settings):
    assert checks.mail_language_is_spoken() == []
    settings.MAIL_LANGUAGE = "de"
    assert [error.id for error in checks.mail_language_is_spoken()] == [
        "matchmaker.E002"
    ]

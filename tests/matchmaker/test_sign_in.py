"""Tokens: contract, sections 1, 2 and 3."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from matchmaker import errors, services, signals
from matchmaker.models import TokenFamily
from tests.factories import PASSWORD, MemberFactory
from tests.threads import at_once

TOKEN = "/api/auth/token/login/"
SIGN_IN = "/api/user/sign-in/"
REFRESH = "/api/user/refresh/"
ME = "/api/clients/me/"
NEW = "another horse 9"


def bearer(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def status_of(header: str) -> int:
    return APIClient().get(ME, HTTP_AUTHORIZATION=header).status_code


def test_both_headers_and_a_session_open_everything(ann, api):
    key = api.post(TOKEN, {"email": ann.email, "password": PASSWORD}).json()
    pair = api.post(SIGN_IN, {"email": ann.email, "password": PASSWORD}).json()
    browser = Client()
    browser.force_login(ann)

    assert status_of(f"Token {key['auth_token']}") == 200
    assert status_of(f"Bearer {pair['access']}") == 200
    assert status_of(f"bearer {pair['access']}") == 200
    assert status_of(f"token {key['auth_token']}") == 200
    assert browser.get(ME).status_code == 200


def test_email_is_read_in_any_case(ann, api):
    given = {"email": ann.email.upper(), "password": PASSWORD}

    assert api.post(TOKEN, given).status_code == 200
    assert api.post(SIGN_IN, given).status_code == 200


@pytest.mark.parametrize("email", [None, "nobody@example.com", "no\0body", "x" * 300])
def test_wrong_credentials_are_told_in_the_same_words(ann, api, email):
    given = {"email": email or ann.email, "password": "wrong"}
    broken = email is not None and "@" not in email

    token, pair = api.post(TOKEN, given), api.post(SIGN_IN, given)

    if broken:
        assert (token.status_code, pair.status_code) == (400, 400)
        return
    words = "Incorrect e-mail or password."
    assert (token.status_code, token.json()) == (400, {"non_field_errors": [words]})
    assert (pair.status_code, pair.json()) == (
        401,
        {"detail": words, "code": "sign_in_failed"},
    )
    assert pair["WWW-Authenticate"]


def test_unknown_email_costs_as_many_hashes_as_a_known_one(ann, api, monkeypatch):
    hashes = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashes.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for url in (TOKEN, SIGN_IN):
        for email in (ann.email, "nobody@example.com"):
            hashes.clear()
            api.post(url, {"email": email, "password": "wrong"})
            counts.append(len(hashes))

    assert counts == [1, 1, 1, 1]


def test_inactive_member_cannot_sign_in_or_use_tokens(ann, api):
    key = api.post(TOKEN, {"email": ann.email, "password": PASSWORD}).json()
    pair = services.issue_tokens(ann)
    ann.is_active = False
    ann.save()

    assert (
        api.post(TOKEN, {"email": ann.email, "password": PASSWORD}).status_code == 400
    )
    assert status_of(f"Token {key['auth_token']}") == 401
    assert status_of(f"Bearer {pair['access']}") == 401
    assert api.post(REFRESH, {"refresh": pair["refresh"]}).status_code == 401


def test_logout_kills_the_token(ann, api):
    key = api.post(TOKEN, {"email": ann.email, "password": PASSWORD}).json()
    header = f"Token {key['auth_token']}"

    response = api.post("/api/auth/token/logout", HTTP_AUTHORIZATION=header)

    assert response.status_code == 204
    assert status_of(header) == 401


def test_logout_kills_a_bearer(ann):
    pair = services.issue_tokens(ann)

    assert bearer(pair["access"]).post("/api/auth/token/logout/").status_code == 204
    assert status_of(f"Bearer {pair['access']}") == 401


def test_signing_bearers_out_is_done_wholly_or_not_at_all(ann, api):
    pair = services.issue_tokens(ann)

    def fail(**_told: object) -> None:
        raise ConnectionError

    signals.signed_out.connect(fail)
    try:
        with pytest.raises(ConnectionError):
            services.sign_out_bearers(ann)
    finally:
        signals.signed_out.disconnect(fail)

    assert status_of(f"Bearer {pair['access']}") == 200
    assert api.post(REFRESH, {"refresh": pair["refresh"]}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_signing_out_and_refreshing_at_once_wait_for_each_other():
    """Both want the member's row and the families', and hang if not in one order."""

    def rotate(refresh: str) -> None:
        with suppress(errors.TokenDead):
            services.rotate_tokens(refresh)

    for _round in range(10):
        ann = MemberFactory(password=None)
        pairs = [services.issue_tokens(ann) for _ in range(4)]

        at_once(
            partial(services.sign_out_bearers, ann),
            *(partial(rotate, pair["refresh"]) for pair in pairs),
        )

        assert not TokenFamily.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        "Token", "Token a b", "Token \x00", "Token nonsense", "Bearer", "Bearer a b",
        "Bearer nonsense", "Bearer a.b.c", "Basic YTpi", "nonsense", "Token тест",
    ],
)  # fmt: skip
def test_broken_header_is_401(db, header):
    header = header.encode().decode("latin1")

    response = APIClient().get(ME, HTTP_AUTHORIZATION=header)

    assert response.status_code == 401
    assert set(response.json()) == {"detail", "code"}


@pytest.mark.parametrize("scheme", ["TOKEN", "tOkEn", "BEARER", "bearer", "bEaReR"])
def test_schemes_have_no_case(ann, scheme):
    """RFC 9110, 11.1."""
    is_key = scheme.lower() == "token"
    token = (
        services.issue_key(ann).key if is_key else services.issue_tokens(ann)["access"]
    )

    assert status_of(f"{scheme} {token}") == 200
    assert status_of(f"{scheme}   {token} ") == 200
    assert status_of(f"{scheme} {token[:-1]}") == 401


def test_token_without_its_scheme_is_told_how_to_write_it(ann):
    for token in (services.issue_key(ann).key, services.issue_tokens(ann)["access"]):
        response = APIClient().get(ME, HTTP_AUTHORIZATION=token)

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Token realm="api", Bearer realm="api"'
        assert response.json()["code"] == "scheme_missing"
        assert "Use Token <token> or Bearer <access token>" in response.json()["detail"]


def test_refresh_rotates(ann, api):
    pair = services.issue_tokens(ann)

    first = api.post(REFRESH, {"refresh": pair["refresh"]})
    second = api.post(REFRESH, {"refresh": first.json()["refresh"]})

    assert first.status_code == second.status_code == 200
    assert set(first.json()) == {"access", "refresh"}
    for access in (pair["access"], first.json()["access"], second.json()["access"]):
        assert status_of(f"Bearer {access}") == 200


def time_passes(**by: int) -> None:
    """Every refresh so far was so much longer ago."""
    TokenFamily.objects.update(refreshed_at=F("refreshed_at") - timedelta(**by))


@pytest.mark.parametrize("url", [REFRESH, "/api/v1/auth/refresh_token/"])
def test_second_use_of_the_last_token_kills_its_family_after_a_moment(ann, api, url):
    pair = services.issue_tokens(ann)
    first = api.post(url, {"refresh": pair["refresh"]}).json()

    time_passes(seconds=8)
    soon = api.post(url, {"refresh": pair["refresh"]})
    assert (soon.status_code, soon.json()["code"]) == (401, "token_dead")
    assert status_of(f"Bearer {first['access']}") == 200

    time_passes(seconds=2)
    late = api.post(url, {"refresh": pair["refresh"]})
    assert (late.status_code, late.json()) == (401, soon.json())
    assert status_of(f"Bearer {first['access']}") == 401
    assert api.post(url, {"refresh": first["refresh"]}).status_code == 401


def test_no_leeway_where_the_setting_is_zero(ann, api, settings):
    settings.REFRESH_REUSE_LEEWAY_SECONDS = 0
    pair = services.issue_tokens(ann)
    first = services.rotate_tokens(pair["refresh"])

    assert api.post(REFRESH, {"refresh": pair["refresh"]}).status_code == 401
    assert status_of(f"Bearer {first['access']}") == 401


@pytest.mark.parametrize("url", [REFRESH, "/api/v1/auth/refresh_token/"])
def test_spent_refresh_token_kills_its_family_and_no_other(ann, api, url):
    """RFC 9700, 4.14: whoever comes second, thief or owner, both are out."""
    stolen, phone = services.issue_tokens(ann), services.issue_tokens(ann)
    first = api.post(url, {"refresh": stolen["refresh"]}).json()
    second = api.post(url, {"refresh": first["refresh"]}).json()

    again = api.post(url, {"refresh": stolen["refresh"]})

    assert (again.status_code, again.json()["code"]) == (401, "token_dead")
    for pair in (stolen, first, second):
        assert status_of(f"Bearer {pair['access']}") == 401
        assert api.post(url, {"refresh": pair["refresh"]}).status_code == 401
    assert status_of(f"Bearer {phone['access']}") == 200
    assert api.post(url, {"refresh": phone["refresh"]}).status_code == 200


def test_expired_sign_ins_are_forgotten(ann, api):
    live, dead = services.issue_tokens(ann), services.issue_tokens(ann)
    jti = RefreshToken(dead["refresh"])["jti"]
    past = timezone.now() - timedelta(seconds=1)
    TokenFamily.objects.filter(refresh_jti=jti).update(expires_at=past)
    browser = Client()
    browser.force_login(ann)
    Session.objects.create(session_key="old", expire_date=past)

    services.forget_expired_sign_ins()

    assert TokenFamily.objects.count() == 1
    assert status_of(f"Bearer {live['access']}") == 200
    assert browser.get(ME).status_code == 200
    assert not Session.objects.filter(session_key="old").exists()


@pytest.mark.parametrize("refresh", ["nonsense", "a.b.c", "\x00"])
def test_forged_refresh_is_refused(db, api, refresh):
    assert api.post(REFRESH, {"refresh": refresh}).status_code in (400, 401)


def test_access_token_does_not_refresh_and_refresh_does_not_open(ann, api):
    pair = services.issue_tokens(ann)

    assert api.post(REFRESH, {"refresh": pair["access"]}).status_code == 401
    assert status_of(f"Bearer {pair['refresh']}") == 401


def test_expired_access_is_401(ann):
    token = AccessToken(services.issue_tokens(ann)["access"])
    token.set_exp(lifetime=-timedelta(seconds=1))

    assert status_of(f"Bearer {token}") == 401


@pytest.mark.django_db(transaction=True)
def test_racing_refreshes_of_one_token_succeed_once_and_nobody_is_signed_out():
    """Tabs of a browser that share a token, and wake at the same moment."""
    refresh = services.issue_tokens(MemberFactory())["refresh"]

    answers = at_once(
        *[lambda: APIClient().post(REFRESH, {"refresh": refresh})] * 8,
    )

    won, *lost = sorted(answers, key=lambda answer: answer.status_code)
    assert [won.status_code, *(a.status_code for a in lost)] == [200] + [401] * 7
    assert status_of(f"Bearer {won.json()['access']}") == 200
    again = APIClient().post(REFRESH, {"refresh": won.json()["refresh"]})
    assert again.status_code == 200


def test_new_password_kills_every_token(ann, api):
    key = api.post(TOKEN, {"email": ann.email, "password": PASSWORD}).json()
    pair = services.issue_tokens(ann)
    browser = Client()
    browser.force_login(ann)

    response = bearer(pair["access"]).post(
        "/api/clients/set_password/",
        {"current_password": PASSWORD, "new_password": NEW},
    )

    assert response.status_code == 204
    assert status_of(f"Token {key['auth_token']}") == 401
    assert status_of(f"Bearer {pair['access']}") == 401
    assert api.post(REFRESH, {"refresh": pair["refresh"]}).status_code == 401
    assert browser.get(ME).status_code == 401
    assert api.post(TOKEN, {"email": ann.email, "password": NEW}).status_code == 200


def test_wrong_passwords_are_400_on_their_fields(ann, as_ann):
    response = as_ann.post(
        "/api/clients/set_password",
        {"current_password": "wrong", "new_password": ann.email},
    )

    assert response.status_code == 400
    assert set(response.json()) == {"current_password", "new_password"}
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


BLACKLIST = """
CREATE TABLE token_blacklist_outstandingtoken (
    id bigint PRIMARY KEY, jti text, user_id bigint, token text,
    created_at timestamptz, expires_at timestamptz);
CREATE TABLE token_blacklist_blacklistedtoken (id bigint, token_id bigint);
"""
STOOD = """
INSERT INTO token_blacklist_outstandingtoken
VALUES (%s, %s, %s, 'x', now(), now() + %s * interval '1 day')
"""


def test_refresh_tokens_of_the_blacklist_found_families(ann, api):
    """What migration 0013 does with tokens that were issued before it."""
    with connection.cursor() as cursor:
        cursor.execute(BLACKLIST)
        tokens = []
        for number, days in enumerate((30, 30, -1)):
            token = RefreshToken.for_user(ann)
            token["version"] = ann.token_version
            tokens.append(str(token))
            cursor.execute(STOOD, [number, token["jti"], ann.pk, days])
        cursor.execute("INSERT INTO token_blacklist_blacklistedtoken VALUES (1, 1)")

    with connection.schema_editor() as editor:
        import_module("matchmaker.migrations.0013_token_families").move(None, editor)

    live, *dead = [api.post(REFRESH, {"refresh": token}) for token in tokens]
    assert [answer.status_code for answer in dead] == [401, 401]
    assert status_of(f"Bearer {live.json()['access']}") == 200
    assert (
        "token_blacklist_outstandingtoken" not in connection.introspection.table_names()
    )

"""Answers and the schema are in the language that is asked for."""

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from django.utils import translation
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from matchmaker import services
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import picture_bytes, upload
from tests.russian import is_russian


def messages_of(answer: Any) -> list[str]:
    """Every text for people in an error's body."""
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, Mapping):
        if "detail" in answer:
            assert set(answer) == {"detail", "code"}
            return [answer["detail"]]
        answer = answer.values()
    return [text for part in answer for text in messages_of(part)]


SIGN_UP = "/api/user/sign-up/"
SIGN_IN = "/api/user/sign-in/"
CREATE = "/api/clients/create"
LIST = "/api/clients/"
ME = "/api/clients/me/"
SET_PASSWORD = "/api/clients/set_password/"

LONG = "x" * 5000
PROFILE = ("email", "password", "first_name", "last_name", "gender", "avatar")


def point(*coordinates: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(coordinates)}


# Name → method, path, and what else the request has.
ANYBODY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no token": ("get", LIST, {}),
    "empty token": ("get", LIST, {"HTTP_AUTHORIZATION": "Token"}),
    "token in parts": ("get", LIST, {"HTTP_AUTHORIZATION": "Token a b"}),
    "token not ASCII": ("get", LIST, {"HTTP_AUTHORIZATION": "Token \xff"}),
    "unknown token": ("get", LIST, {"HTTP_AUTHORIZATION": "Token a"}),
    "empty bearer": ("get", LIST, {"HTTP_AUTHORIZATION": "Bearer"}),
    "bearer in parts": ("get", LIST, {"HTTP_AUTHORIZATION": "Bearer a b"}),
    "forged bearer": ("get", LIST, {"HTTP_AUTHORIZATION": "Bearer a.b.c"}),
    "profile missing": ("post", CREATE, {"data": {}}),
    "profile missing in a form": (
        "post",
        CREATE,
        {"data": {"gender": "x"}, "format": "multipart"},
    ),
    "profile null": ("post", CREATE, {"data": dict.fromkeys(PROFILE)}),
    "profile blank": ("post", CREATE, {"data": dict.fromkeys(PROFILE, "")}),
    "profile of wrong types": (
        "post",
        CREATE,
        {"data": {name: [] for name in (*PROFILE, "longitude", "latitude")}},
    ),
    "profile too long": ("post", CREATE, {"data": dict.fromkeys(PROFILE, LONG)}),
    "characters forbidden": ("post", CREATE, {"data": {"first_name": "a\0b"}}),
    "body no object": ("post", SIGN_UP, {"data": [1]}),
    "e-mail invalid": ("post", SIGN_UP, {"data": {"email": "a@b"}}),
    "password short, common, of digits": (
        "post",
        SIGN_UP,
        {"data": {"email": "a@example.com", "password": "123456"}},
    ),
    **{
        f"password like {field}": (
            "post",
            CREATE,
            {"data": {field: f"{value}", "password": value}},
        )
        for field, value in {
            "email": "konstantin@example.com",
            "first_name": "Konstantin",
            "last_name": "Konstantinov",
        }.items()
    },
    "phone impossible": ("post", SIGN_UP, {"data": {"telephone": "12"}}),
    "location no point": ("post", SIGN_UP, {"data": {"location": "here"}}),
    "location out of range": ("post", SIGN_UP, {"data": {"location": point(181, 0)}}),
    "location twice": (
        "post",
        SIGN_UP,
        {"data": {"location": point(0, 0), "longitude": 0, "latitude": 0}},
    ),
    "longitude alone": ("post", SIGN_UP, {"data": {"longitude": 0}}),
    "longitude of a word": ("post", SIGN_UP, {"data": {"longitude": "x"}}),
    "longitude huge": ("post", SIGN_UP, {"data": {"longitude": 10**400}}),
    "degrees out of range": (
        "post",
        SIGN_UP,
        {"data": {"longitude": 181, "latitude": -91}},
    ),
    "sign-in missing": ("post", SIGN_IN, {"data": {}}),
    "sign-in wrong": (
        "post",
        SIGN_IN,
        {"data": {"email": "nobody@example.com", "password": "x"}},
    ),
    "token sign-in missing": ("post", "/api/auth/token/login/", {"data": {}}),
    "token sign-in wrong": (
        "post",
        "/api/auth/token/login/",
        {"data": {"email": "nobody@example.com", "password": "x"}},
    ),
    "refresh missing": ("post", "/api/user/refresh/", {"data": {}}),
    "refresh dead": ("post", "/api/user/refresh/", {"data": {"refresh": "a.b.c"}}),
    "no JSON": ("post", SIGN_IN, {"data": "{", "content_type": "application/json"}),
    "no form": ("post", CREATE, {"data": "x", "content_type": "multipart/form-data"}),
    "unread type": ("post", SIGN_IN, {"data": "x", "content_type": "text/plain"}),
    "body too large": ("post", SIGN_IN, {"data": {"email": "x" * 2_000_000}}),
    "other method": ("put", SIGN_IN, {"data": {}}),
    "unknown path": ("get", "/api/nothing", {}),
    "unknown picture": ("get", f"/media/avatars/{'0' * 32}.jpg", {}),
    "unknown host": ("get", LIST, {"HTTP_HOST": "elsewhere.example"}),
    "unknown format": ("post", CREATE + "?format=xml", {"data": {}}),
}

MEMBER: dict[str, tuple[str, str, dict[str, Any]]] = {
    "unknown member": ("get", LIST + "0/", {}),
    "staff only": ("delete", LIST + "1/", {}),
    "wrong method": ("post", ME, {"data": {}}),
    **{
        f"{name}={value[:30]}": ("get", LIST, {"data": {name: value}})
        for name, value in [
            ("gender", "other"),
            ("distance", "0"),
            ("distance", "20001"),
            ("distance", "nan"),
            ("distance", "ten"),
            ("distance", "1"),  # the caller has no location
            ("first_name", "a\0b"),
            ("first_name", LONG),
            ("liked", "yes"),
            ("in_bbox", "1,2,3"),
            ("in_bbox", "a\0b"),
            ("page_size", "0"),
            ("page_size", "101"),
            ("page_size", "1.5"),
            ("page_size", "many"),
            ("page_size", "9" * 400),
            ("cursor", "nonsense"),
            ("format", "xml"),
        ]
    },
    "parameter twice": ("get", LIST + "?liked=true&liked=true", {}),
    "changes null": (
        "patch",
        ME,
        {"data": dict.fromkeys(("first_name", "last_name", "gender", "language"))},
    ),
    "changes wrong": (
        "patch",
        ME,
        {"data": {"first_name": "", "last_name": {}, "gender": 5, "language": "de"}},
    ),
    "password wrong": (
        "post",
        SET_PASSWORD,
        {"data": {"current_password": "x", "new_password": "1"}},
    ),
    "password missing": ("post", SET_PASSWORD, {"data": {}}),
}

PICTURES: dict[str, Callable[[], Any]] = {
    "empty": lambda: upload(b""),
    "no picture": lambda: upload(b"hello"),
    "damaged": lambda: upload(picture_bytes(size=(300, 300))[:-200]),
    "too many bytes": lambda: upload(b"x" * 6_000_000),
    "too many pixels": lambda: upload(picture_bytes("PNG", (7000, 6000), "L", 0)),
    "text": lambda: "not a file",
}

# Accept-Language → whether it asks for Russian.
LANGUAGES = {"ru": True, "": False, "de": False}


@pytest.fixture(params=LANGUAGES, ids=lambda header: header or "none")
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def send(
    client: APIClient, case: tuple[str, str, dict[str, Any]], language: str
) -> Any:
    method, path, extra = case
    header = {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
    return getattr(client, method)(path, **extra, **header)


def check(response: Any, language: str) -> None:
    """An error, all of whose messages are in the language that `language` asks for."""
    assert response.status_code >= 400, response.content
    assert response.headers["Content-Type"].startswith("application/json")
    texts = messages_of(response.json())
    assert texts
    for text in texts:
        if LANGUAGES[language]:
            assert is_russian(text), text
        else:
            assert not re.search("[а-яё]", text, re.IGNORECASE), text


@pytest.mark.parametrize("name", ANYBODY)
def test_anybody_is_answered_in_the_language_asked_for(api, db, name, language):
    check(send(api, ANYBODY[name], language), language)


@pytest.mark.parametrize("name", MEMBER)
def test_members_are_answered_in_the_language_asked_for(signed_in, db, name, language):
    client = signed_in(MemberFactory())

    check(send(client, MEMBER[name], language), language)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_refused_in_the_language_asked_for(as_ann, name, language):
    case = ("patch", ME, {"data": {"avatar": PICTURES[name]()}, "format": "multipart"})

    response = send(as_ann, case, language)

    assert list(response.json()) == ["avatar"]
    check(response, language)


def test_taken_email_is_told_in_the_language_asked_for(api, language, db):
    MemberFactory(email="a@example.com")
    data = {"email": "A@example.com", "password": PASSWORD}

    response = send(api, ("post", SIGN_UP, {"data": data}), language)

    assert set(response.json()) == {"email"}
    check(response, language)


def test_dead_tokens_are_told_in_the_language_asked_for(api, ann, language):
    pair = services.issue_tokens(ann)
    services.sign_out_everywhere(ann)

    access = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    check(send(api, ("get", LIST, access), language), language)
    refresh = {"data": {"refresh": pair["refresh"]}}
    check(send(api, ("post", "/api/user/refresh/", refresh), language), language)


def test_missing_csrf_token_is_told_in_the_language_asked_for(ann, language):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(ann)

    response = send(browser, ("delete", ME, {}), language)

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["code"] == "csrf_failed"
    check(response, language)


def test_failures_are_told_in_the_language_asked_for(api, db, language, monkeypatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "authenticated", fail)
    api.raise_request_exception = False
    data = {"email": "a@example.com", "password": "x"}

    response = send(api, ("post", SIGN_IN, {"data": data}), language)

    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    check(response, language)


@pytest.mark.parametrize("seconds", [1, 2, 5, 21, 60])
def test_throttling_is_told_in_russian(seconds):
    with translation.override("ru"):
        text = str(Throttled(wait=seconds).detail)

    assert is_russian(text)
    assert f"через {seconds}\N{NO-BREAK SPACE}с" in text


def described(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts for people in a schema, with where they are."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in children:
        if key in ("description", "summary") and isinstance(value, str):
            yield f"{path}/{key}", value
        elif isinstance(value, dict | list):
            yield from described(value, f"{path}/{key}")


def test_schema_comes_in_the_language_asked_for(api, language):
    response = send(api, ("get", "/swagger.json", {}), language)

    texts = {where: text for where, text in described(response.json()) if text}
    assert len(texts) > 50
    if LANGUAGES[language]:
        assert {w: t for w, t in texts.items() if not is_russian(t)} == {}
    else:
        assert {w: t for w, t in texts.items() if re.search("[А-Яа-яё]", t)} == {}

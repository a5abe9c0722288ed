"""Errors that no view answers never depend on the body, whatever it claims to be."""

from itertools import product

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path as url

from project import urls

TOKEN = "a" * 32
COOKIES = ["", TOKEN, "nonsense", "b" * 64]
HOSTS = ["testserver", "foreign.example", "a b", "testserver:x", "\xff"]
PATHS = [
    *["/", "/nothing", "/api/nothing/", "/api/clients/", "/static/nothing.css"],
    *[
        "/api/clients/me/",
        "/media/nothing",
        "/health/live",
        "/docs",
        "/reset/",
        "/chat/demo/",
        "/discover/",
    ],
    *["/admin/", "/admin/nothing/", "/admin/login/", "/admin/logout/"],
    "/admin/matchmaker/member/add/",
]
MULTIPART = "multipart/form-data"
TYPES = {
    "": b"a",
    "text/plain": b"a",
    MULTIPART: b"--x--",
    f"{MULTIPART}; boundary=": b"--x--",
    f"{MULTIPART}; boundary=" + "x" * 300: b"--x--",
    f"{MULTIPART}; boundary=\xff": b"--x--",
    f"{MULTIPART}; boundary=x": b"--x\r\nContent-Disposition: form-data; na",
    f"{MULTIPART}; boundary=x; charset=hex": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n--x--'
    ),
    "application/x-www-form-urlencoded; charset=utf-16": b"a=b",
    "application/x-www-form-urlencoded": b"&".join([b"a=b"] * 1_001),
    "application/json": b"{",
}


@pytest.fixture
def browser(db) -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize("is_signed_in", [False, True])
@pytest.mark.parametrize("path", PATHS)
def test_no_body_makes_an_error_of_ours(browser, admin_user, path, is_signed_in):
    wrong = []
    if is_signed_in:
        browser.force_login(admin_user)
    session = browser.cookies.pop("sessionid", None)

    for host, cookie, (kind, body) in product(HOSTS, COOKIES, TYPES.items()):
        browser.cookies.clear()
        if session:
            browser.cookies["sessionid"] = session.value
        if cookie:
            browser.cookies["csrftoken"] = cookie
        answer = browser.generic("POST", path, body, kind, headers={"host": host})
        is_json = answer.headers.get("Content-Type") == "application/json"
        if answer.status_code >= 500 or not (is_json or path.startswith("/admin/")):
            wrong.append((host, cookie, kind, answer.status_code, answer.content[:99]))

    assert wrong == []


@pytest.mark.parametrize("path", ["/nothing", "/admin/nothing/"])
def test_answer_to_a_form_that_cannot_be_read(browser, path, admin_user):
    browser.force_login(admin_user)
    browser.cookies["csrftoken"] = TOKEN

    answer = browser.generic("POST", path, b"--x--", MULTIPART)

    # The admin's pages check the token, for which the form has to be read.
    assert answer.status_code == (400 if path.startswith("/admin/") else 404)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Not found."), ("ru", "Не найдено.")]
)
def test_missing_page_of_the_admin_is_html(admin_client, language, text):
    headers = {"accept-language": language}

    answer = admin_client.get("/admin/nothing/", headers=headers)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>404</h1><p>{text}</p>" in answer.text


def test_form_of_the_admin_without_its_token(browser, admin_user):
    browser.force_login(admin_user)

    answer = browser.post("/admin/logout/")

    assert answer.status_code == 403
    assert "CSRF" in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")


def fail(request: HttpRequest) -> None:
    raise RuntimeError("secret")


@pytest.mark.parametrize("path", ["fail", "admin/fail"])
def test_fault_of_ours(browser, path, settings):
    class Failing:
        urlpatterns = [url(path, fail)]
        handler500 = urls.handler500

    settings.ROOT_URLCONF = Failing

    answer = browser.get(f"/{path}")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    if path == "fail":
        assert answer.json()["code"] == "internal_server_error"
    else:
        assert "<h1>500</h1><p>The server could not answer.</p>" in answer.text

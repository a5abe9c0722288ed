"""The schema and its pages: each is written once, and has an ETag."""

import threading

import pytest
from django.test import Client

from project import documentation
from project.schema import Generator
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("plain_static_files")

PATHS = ["/swagger.json", "/docs", "/api/v1/schema/docs/", "/redoc"]
SCHEMAS = ["/swagger.json", "/docs?format=openapi", "/redoc?format=json"]


@pytest.fixture
def written(monkeypatch) -> list[str]:
    """The threads that have written a schema, or a page."""
    threads = []

    class Counting(Generator):
        def get_schema(self, *args, **kwargs):
            threads.append(threading.current_thread().name)
            return super().get_schema(*args, **kwargs)

    monkeypatch.setattr(documentation, "Generator", Counting)
    return threads


@pytest.mark.parametrize("path", [*PATHS, "/docs?format=openapi"])
def test_document_is_written_once_a_language(written, path):
    answers = [
        Client().get(path, headers={"Accept-Language": language, "Host": host})
        for language in ("en", "ru", "ru-RU,ru;q=0.9", "de")
        for host in ("testserver", "testserver:8080")
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len(written) == 2
    # The pages have no words, which they fetch with the schema.
    contents = {answer.content for answer in answers}
    assert len(contents) == (2 if path in SCHEMAS else 1)
    assert len({answer["ETag"] for answer in answers}) == len(contents)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_request_adds_a_document(path):
    for number in range(3):
        for language in ("en", "ru", f"de-{number}"):
            headers = {"Accept-Language": language, "Host": f"testserver:{number}"}
            for query in (f"n={number}", f"format=openapi&n={number}"):
                Client().get(f"{path}?{query}", headers=headers)

    languages = {language for _renderer, language in documentation._documents}
    renderers = {renderer for renderer, _language in documentation._documents}
    assert languages == {"en", "ru"}
    assert len(renderers) <= 3


def test_first_requests_at_once_write_it_once(written, transactional_db):
    answers = at_once(*[lambda: Client().get("/swagger.json")] * 6)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(written) == 1


@pytest.mark.parametrize("path", [*PATHS, *SCHEMAS])
def test_who_has_the_document_gets_304(path):
    got = Client().get(path)

    for method in (Client().get, Client().head):
        again = method(path, headers={"If-None-Match": got["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again[name] == got[name]
    assert Client().get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_formats_of_the_schema_say_the_same():
    one, *others = [Client().get(path).json() for path in SCHEMAS]

    assert len(one["paths"]) > 50
    assert all(other == one for other in others)
    assert not {"host", "schemes"} & one.keys()


def test_head_has_the_headers_of_get():
    got, head = Client().get("/swagger.json"), Client().head("/swagger.json")

    assert head.content == b""
    assert head.headers == got.headers


def test_changed_setting_starts_afresh(written, settings):
    Client().get("/redoc")
    settings.SWAGGER_SETTINGS = {**settings.SWAGGER_SETTINGS}
    Client().get("/redoc")

    assert len(written) == 2

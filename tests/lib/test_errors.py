"""Bodies of errors: contract, section 1."""

import pytest
from django.db import connection

URL = "/api/clients/"


@pytest.mark.parametrize(
    ("method", "url", "status", "code"),
    [
        ("get", "/api/clients/999999/", 404, "not_found"),
        ("get", "/api/nothing/", 404, "not_found"),
        ("put", URL, 405, "method_not_allowed"),
        ("delete", "/api/clients/create", 405, "method_not_allowed"),
        ("post", "/health/live", 405, "method_not_allowed"),
        ("post", "/media/avatars/" + "0" * 32 + ".jpg", 405, "method_not_allowed"),
        ("post", "/docs", 405, "method_not_allowed"),
    ],
)
def test_error_has_detail_and_code(as_ann, method, url, status, code):
    response = getattr(as_ann, method)(url)

    assert response.status_code == status
    assert set(response.json()) == {"detail", "code"}
    assert response.json()["code"] == code
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"email": "\xff"}', "application/json", 400),
        (b'{"longitude": NaN}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"null", "application/json", 400),
        (b"<a/>", "application/xml", 415),
        (b"x", "multipart/form-data", 400),
    ],
    ids=str,
)
def test_broken_body_is_refused_in_json(as_ann, body, kind, status):
    response = as_ann.generic("PATCH", "/api/clients/me/", body, content_type=kind)

    assert response.status_code == status, response.content
    expected = {"detail", "code"} if status != 400 else {"non_field_errors"}
    assert set(response.json()) == expected


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_mark_is_read_over(as_ann, charset):
    body = '\ufeff{"first_name": "Ann"}'.encode(charset)
    kind = f"application/json; charset={charset}"

    response = as_ann.generic("PATCH", "/api/clients/me/", body, content_type=kind)

    assert response.status_code == 200, response.content
    assert response.json()["first_name"] == "Ann"


def test_error_is_not_geojson(as_ann):
    for query in ({"format": "geojson", "gender": "x"}, {"format": "nonsense"}):
        response = as_ann.get(URL, query)
        assert response.status_code == 400
        assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/geo+json", "application/geo+json"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("application/geo+json;q=0.1, application/json", "application/json"),
        ("application/json;q=0.1, application/geo+json", "application/geo+json"),
        ("nonsense;;q=x,,", "application/json"),
    ],
)
def test_representation_follows_accept(as_ann, accept, expected):
    assert as_ann.get(URL, HTTP_ACCEPT=accept)["Content-Type"] == expected


@pytest.mark.django_db(transaction=True)
def test_statement_that_takes_too_long_is_503(ann, as_ann):
    other = connection.copy()
    with other.cursor() as locker, connection.cursor() as cursor:
        locker.execute("BEGIN; LOCK TABLE matchmaker_cell")
        cursor.execute("SET statement_timeout = 200")

        response = as_ann.get(URL, {"distance": 1})

        cursor.execute("RESET statement_timeout")
    other.close()
    assert response.status_code == 503
    assert response.json()["code"] == "too_slow"

"""Nasty inputs by hand: each is a 4xx with the body of the contract, section 1."""

import json
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.harness.requests import PASSWORD, picture, profile, refusal

# Values as JSON text, so that they can be what no JSON writer writes.
NO_JSON = ["NaN", "-Infinity", "{", "[" * 100_000, '{"a":' * 100_000, "9" * 5_000, ""]
NO_VALUE = ["[]", "{}", '["a"]', '{"a": 1}', "true", '"\\u0000"', '"a\\ud800"']
HUGE = json.dumps("x" * 1_000_000)
TEXT = [*NO_JSON, *NO_VALUE, "null", '""', HUGE]
CHOICE = [*TEXT, '"other"', "1", "1e999"]
DEGREES = [*NO_JSON, *NO_VALUE, HUGE, '"NaN"', "1e999", "-1e999", "181", '"1,5"']
POINT = [
    *[*NO_JSON, *NO_VALUE, HUGE, "5", '"POINT(1 2)"', '{"type": "Point"}'],
    '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 0]]]}',
    '{"type": ["Point"], "coordinates": [0, 0]}',
    *[
        f'{{"type": "Point", "coordinates": {coordinates}}}'
        for coordinates in (
            *["[]", "[1]", "[1, 2, 3, 4]", '["1", "2"]', "[true, false]", "{}", "null"],
            *["[1e999, 0]", "[0, 90.1]", f"[1{'0' * 400}, 0]", "[[1, 2]]", '"1,2"'],
        )
    ],
]
PHONE = [v for v in TEXT if v != "null"] + ['"12"', '"+79"', '"abc"', "1e999"]
WEAK = [*TEXT, '"short"', '"12345678"']
PLACE = {"longitude": DEGREES, "latitude": DEGREES, "location": POINT}
PERSON = {"first_name": TEXT, "last_name": TEXT, "gender": CHOICE}

NEW_MEMBER = {"email": [*TEXT, '"a"', '"a@b"'], "password": WEAK, **PLACE}
SIGN_IN = {"email": TEXT, "password": TEXT}
FIELDS = {
    "POST /api/clients/": {**NEW_MEMBER, **PERSON, "avatar": [*TEXT, '"a.png"', "1"]},
    "POST /api/clients/create/": {**NEW_MEMBER, **PERSON},
    "POST /api/user/sign-up/": {**NEW_MEMBER, "telephone": PHONE},
    "PATCH /api/clients/me/": {
        **PERSON,
        **PLACE,
        "language": [text for text in CHOICE if text != "null"],
        "phone_number": PHONE,
    },
    "POST /api/clients/me/phone/": {"phone_number": [*PHONE, "null"]},
    "POST /api/clients/set_password/": {"current_password": TEXT, "new_password": WEAK},
    "POST /api/auth/token/login/": SIGN_IN,
    "POST /api/user/sign-in/": SIGN_IN,
    "POST /api/user/refresh/": {"refresh": TEXT},
}
JSON = {"Content-Type": "application/json"}


def faults(
    sent: Any, answer: httpx.Response, blamed: frozenset[str] | set[str] = frozenset()
) -> list[tuple[str, str]]:
    """What is wrong with a refusal, if anything; a 400 `blamed` one of these."""
    fault = refusal(answer)
    if not fault and blamed and answer.json().keys().isdisjoint(blamed):
        fault = f"blames others: {answer.text[:200]}"
    return [(repr(sent)[:150], fault)] if fault else []


@pytest.fixture
def member(client, new_key) -> httpx.Client:
    """Signed in, with nothing empty: sending back what is there is no mistake."""
    key = new_key(first_name="Ann", last_name="Lee", gender="female")
    client.headers["Authorization"] = f"Token {key}"
    return client


def valid(operation: str, field: str) -> dict[str, Any]:
    """Fields that the operation takes, but for those that clash with `field`."""
    passwords = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
    known = profile() | passwords | {"longitude": 30.3, "latitude": 59.9}
    if field == "location":
        del known["longitude"], known["latitude"]
    if field == "new_password":
        del known["current_password"]  # to check it takes the time that it should
    names = FIELDS[operation]
    return {name: known[name] for name in names if name in known and name != field}


@pytest.mark.parametrize(
    ("operation", "field"),
    [(operation, field) for operation in FIELDS for field in FIELDS[operation]],
)
def test_field_nasty(member, operation, field):
    method, path = operation.split()
    wrong = []

    for value in FIELDS[operation][field]:
        others = json.dumps(valid(operation, field))[1:-1]
        body = f'{{{others}{", " if others else ""}"{field}": {value}}}'
        answer = member.request(method, path, content=body, headers=JSON)
        wrong += faults(value, answer, {field, "non_field_errors"})

    assert wrong == []


BODIES = [
    *[b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff", b"\0" * 100, b"[" * 100_000],
    *[b'{"a":\xff}', b"\xef\xbb\xbf{", "{}".encode("utf-16"), b"{}{}", b"{'a': 1}"],
]
TYPES = ["text/plain", "application/xml", "application/geo+json", "json", "\xff", ""]
CHARSETS = ["hex", "rot13", "zip", "punycode", "undefined", "utf-16", "x" * 5_000]
PART = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\na\r\n'
FORMS = {
    "; boundary=x": [
        *[b"", b"x", b"--x--", b"".join(PART % (b"%d" % i, b"") for i in range(2_000))],
        PART % (b"avatar", b'; filename="a\0.png"') + b"--x--",
        PART % (b"avatar", b'; filename="' + b"a" * 5_000 + b'"') + b"--x--",
        PART % (b"avatar", b"; filename*=hex''%ff") + b"--x--",
        PART % (b"first_name\xff", b"") + b"--x--",
        b"".join(
            b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1)
            for i in range(5_000)
        ),
    ],
    "": [b"--x--"],
    "; boundary=": [b"--x--"],
    "; boundary=" + "x" * 1_000: [b"--x--"],
}


@pytest.mark.parametrize("operation", FIELDS)
def test_body_nasty(member, operation):
    method, path = operation.split()
    form = "multipart/form-data"
    bodies = [("application/json", body) for body in BODIES]
    bodies += [(content_type, b"{}") for content_type in TYPES]
    bodies += [(form + rest, body) for rest in FORMS for body in FORMS[rest]]
    bodies += [(f"application/json; charset={c}", b'{"a": "b"') for c in CHARSETS]
    bodies += [(f"{form}; boundary=x; charset={c}", PART[:20]) for c in CHARSETS]
    wrong = []

    for content_type, body in bodies:
        headers = {"Content-Type": content_type.encode("latin-1")}
        answer = member.request(method, path, content=body, headers=headers)
        # Nothing is required of a change, so a body that says nothing is not wrong.
        empty = method == "PATCH" and answer.status_code == 200
        empty = empty and (form in content_type or not body)
        wrong += [] if empty else faults((content_type, body), answer)

    assert wrong == []


@pytest.mark.parametrize("charset", CHARSETS)
def test_urlencoded_nasty(client, charset):
    content_type = f"application/x-www-form-urlencoded; charset={charset}"
    headers = {"Content-Type": content_type}

    answer = client.post("/api/user/sign-in/?a=b", content=b"email=a", headers=headers)

    assert refusal(answer) is None


def _pictures() -> dict[str, bytes]:
    gif, bomb = BytesIO(), BytesIO()
    Image.new("1", (9, 9)).save(gif, "GIF")
    Image.new("1", (8000, 5001)).save(bomb, "PNG")
    huge = picture()[:16] + (60_000).to_bytes(4, "big") * 2 + picture()[24:]
    return {
        **{"nothing": b"", "text": b"hello" * 99, "svg": b"<svg/>", "zip": b"PK\3\4"},
        **{"gif": gif.getvalue(), "bomb": bomb.getvalue(), "broken bomb": huge},
        **{"half": picture()[:-60], "large": picture() + bytes(5 * 1024 * 1024)},
    }


@pytest.mark.parametrize("operation", ["POST /api/clients/", "PATCH /api/clients/me/"])
def test_form_nasty(member, operation):
    method, path = operation.split()
    forms = [
        ("avatar", {"files": {"avatar": ("a.png", b)}}) for b in _pictures().values()
    ]
    forms += [("avatar", {"data": {"avatar": "a.png"}, "files": {"a": b"a"}})]
    for field, values in (
        ("longitude", ["", "NaN", "Infinity", "1e999", "9" * 5_000, "\0", "a"]),
        ("location", ["NaN", "[", "[" * 100_000, "{}", "9" * 5_000, "\0", "null null"]),
        ("first_name", ["\0", "x" * 200_000]),
        ("gender", ["\0", "x" * 200_000]),
    ):
        forms += [(field, {"data": {field: v}, "files": {"a": b"a"}}) for v in values]
    wrong = []

    for field, form in forms:
        answer = member.request(method, path, **form)
        # `latitude` is what a longitude without one lacks.
        wrong += faults(form, answer, {field, "latitude"})

    assert wrong == []


NUMBER = ["-1", "0", "NaN", "Infinity", "1e999", "-1e999", "abc", "%00", "9" * 400]
FLAG = ["yes", "TRUE", "1", "%00", "null"]
NAME = ["x" * 151, "%00"]
LONG = "x" * 15_000
QUERY = {
    "page_size": [*NUMBER, "101", "1.5", "0x10", LONG],
    "cursor": ["x", "a:b", "%00", ":", "W10:x", "%F0%9F%98%80", LONG],
    "gender": ["other", "MALE", "%00", LONG],
    **{"first_name": NAME, "last_name": NAME},
    "distance": [*NUMBER, "20001", "1e-999", "1,5", LONG],
    **{"liked": FLAG, "liked_me": FLAG, "matched": FLAG},
    "in_bbox": [
        *["0,0,1", "0,0,1,1,1", "a,b,c,d", ",,,", "NaN,0,1,1", "0,0,Infinity,1", "%00"],
        *[
            "1e999,0,1,1",
            "0,91,1,92",
            "0,-91,1,1",
            "0,2,1,1",
            "9" * 400 + ",0,1,1",
            LONG,
        ],
    ],
    "format": ["xml", "", "%00", "JSON", LONG],
}


@pytest.mark.parametrize("path", ["/api/clients/", "/api/list/"])
@pytest.mark.parametrize("name", QUERY)
def test_query_nasty(client, new_key, name, path):
    key = new_key(location="SRID=4326;POINT(30.3 59.9)")
    client.headers["Authorization"] = f"Token {key}"
    wrong = []

    for value in [*QUERY[name], f"1&{name}=1"]:
        answer = client.get(f"{path}?{name}={value}")
        wrong += faults(value, answer, {name})

    assert wrong == []


IDS = ["0", "-1", str(2**63), "9" * 30, "1.5", "abc", "%00", "%FF", "1%2F2", "%2e%2e"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("ident", [*IDS, "9" * 5_000])
def test_id_nasty(client, new_key, method, ident):
    client.headers["Authorization"] = (
        f"Token {new_key(is_staff=True, is_superuser=True)}"
    )

    answer = client.request(method, f"/api/clients/{ident}/")

    assert answer.status_code == 404
    assert refusal(answer) is None

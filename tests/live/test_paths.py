"""Every path and method, and the answers that no view of the API gives."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.harness.requests import picture, profile, refusal
from tests.harness.wire import status


def documented(client: httpx.Client) -> Iterator[tuple[str, str]]:
    """Method and path of every operation and page, with a slash."""
    for path, methods in client.get("/swagger.json").json()["paths"].items():
        for method in methods.keys() - {"parameters"}:
            yield method.upper(), path.replace("{id}", "1")
    for path in ("docs", "redoc", "swagger.json", "api/v1/schema/docs", "health/live"):
        yield "GET", f"/{path}/"


def test_slashes_every_path(client, new_key):
    pairs = {}
    for method, path in {*documented(client)} | {("PUT", "/api/clients/")}:
        for form in (path, path.removesuffix("/")):
            # Some of them end the session of whoever asks.
            headers = {"Authorization": f"Token {new_key()}"}
            answer = client.request(method, form, headers=headers)
            pairs.setdefault((method, path), []).append(answer.status_code)

    assert {pair: seen for pair, seen in pairs.items() if len(set(seen)) > 1} == {}
    assert all(not 300 <= status < 400 for seen in pairs.values() for status in seen)


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("http://{own}/health/live", "{own}", 200),
        ("HTTP://{own}/health/live", "{own}", 200),
        ("http://{own}/api/clients/?first_name=a", "{own}", 401),
        ("http://{own}/docs", "evil.example", 200),  # the URL's host counts
        ("http://evil.example/docs", "{own}", 400),
        ("http://{own}", "{own}", 302),
        ("ftp://{own}/health/live", "{own}", 404),
    ],
)
def test_target_may_be_the_whole_url(server, target, host, expected):
    own = f"{server.host}:{server.port}"
    request = (
        f"GET {target.format(own=own)} HTTP/1.1\r\nHost: {host.format(own=own)}\r\n"
        "Connection: close\r\n\r\n"
    )

    assert status(server.exchange(request.encode())) == expected


@pytest.mark.parametrize("path", ["/nope", "/api/", "/api/clients//", "/static/a.css"])
def test_path_unknown(member, path):
    answer = member.get(path)

    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not found.", "code": "not_found"}
    assert refusal(answer) is None


MEDIA = f"/media/avatars/{'0' * 32}.jpg"


@pytest.mark.parametrize(
    "path",
    [
        *["/api/clients/", "/api/user/sign-in", "/swagger.json", "/docs"],
        *["/health/live", "/health/ready", MEDIA],
    ],
)
@pytest.mark.parametrize("method", ["PUT", "TRACE", "BREW"])
def test_method_unknown(member, method, path):
    answer = member.request(method, path)

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert method not in answer.headers["Allow"]


def test_method_head_and_options(member):
    got, head = member.get("/api/clients/"), member.head("/api/clients/")
    options = member.options("/api/clients/")

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(got.headers)
    assert options.status_code == 200
    assert options.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/api/clients/", "/docs", "/static/a.css", "/nope"])
def test_host_wrong(member, path):
    answer = member.get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert answer.json() == {"non_field_errors": ["Bad request."]}


def test_avatar_of_new_member(client):
    photo = {"avatar": ("a.png", picture())}
    url = client.post("/api/clients/create/", data=profile(), files=photo).json()[
        "avatar"
    ]

    answer = client.get(url)
    missing = client.get(re.sub(r"\w{32}", "0" * 32, url))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert missing.status_code == 404
    assert refusal(missing) is None


def test_docs_static_files(client):
    page = client.get("/docs").text

    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))

    assert len(files) > 3
    assert {file: client.get(file).status_code for file in files} == dict.fromkeys(
        files, 200
    )


def test_language_of_refusals(client):
    russian = {"Accept-Language": "ru"}
    large = b"a" * 2 * 1024 * 1024

    refused = client.get("/api/clients/", headers=russian)
    too_large = client.post("/api/user/sign-up/", content=large, headers=russian)
    # The threads of the server speak to somebody else now.
    english = [client.post("/api/user/sign-up/", content=large) for _i in range(8)]

    assert refused.status_code == 401
    assert re.search("[а-я]", refused.json()["detail"])
    assert too_large.status_code == 413
    assert re.search("[а-я]", too_large.json()["detail"])
    assert {a.json()["detail"] for a in english} == {"The request is too large."}


@pytest.mark.parametrize("path", [b"/health/live", b"/ws/chat/"])
@pytest.mark.parametrize("root", [b"\xff", b"/x", b"%ff", b""])
def test_root_path_of_a_client_is_ignored(server, path, root):
    upgrade = (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        if path == b"/ws/chat/"
        else b"Connection: close\r\n"
    )

    answer = server.exchange(
        b"GET "
        + path
        + b" HTTP/1.1\r\nHost: localhost\r\n"
        + upgrade
        + b"Daphne-Root-Path: "
        + root
        + b"\r\n\r\n"
    )

    assert answer.split()[1] == (b"403" if path == b"/ws/chat/" else b"200")

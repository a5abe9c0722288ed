"""The process itself: its threads and connections, and bodies of any size and kind."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.db import connection, transaction

from matchmaker.models import Member
from tests.factories import MemberFactory
from tests.harness.daphne import WEB_THREADS, daphne
from tests.harness.database import Backends
from tests.harness.requests import PASSWORD, new_email, picture, profile
from tests.harness.waiting import wait_until

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    """Without sockets, which have connections of their own."""
    with daphne(tmp_path_factory.mktemp("live"), REDIS_URL=redis_url) as made:
        yield made


@pytest.fixture
def backends(server, transactional_db) -> Backends:
    return Backends(server.name)


def statuses(member: httpx.Client, requests: int) -> set[int]:
    """Ask for the list this often, from 20 threads."""
    with ThreadPoolExecutor(20) as threads:
        answers = threads.map(lambda _i: member.get("/api/clients/"), range(requests))
        return {answer.status_code for answer in answers}


def test_connections_with_many_threads(member, backends):
    assert statuses(member, 200) == {200}
    pids = backends.pids()

    assert statuses(member, 100) == {200}

    assert 1 <= len(pids) <= WEB_THREADS
    assert backends.pids() == pids


def test_connections_after_database_drops_them(member, backends):
    assert statuses(member, 50) == {200}
    before = backends.pids()

    backends.terminate()
    wait_until(lambda: not backends.pids())

    assert statuses(member, 100) == {200}
    assert before.isdisjoint(backends.pids())


def test_request_whose_connection_is_cut_off_is_503(member, backends):
    other = MemberFactory()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=other.pk)
            liking = threads.submit(member.post, f"/api/clients/{other.pk}/match/")
            wait_until(lambda: backends.pids("active"))
            backends.terminate()
        answer = liking.result()

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert member.post(f"/api/clients/{other.pk}/match/").status_code == 201


def test_connections_after_clients_leave_early(server, member, backends):
    key = member.headers["Authorization"]
    head = f"Host: localhost\r\nAuthorization: {key}\r\n"
    ask = f"GET /api/clients/ HTTP/1.1\r\n{head}\r\n".encode()
    half = f"PATCH /api/clients/me/ HTTP/1.1\r\n{head}Content-Length: 99\r\n\r\n{{"

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE matchmaker_member IN ACCESS EXCLUSIVE MODE")
        clients = [server.connect() for _i in range(4 * WEB_THREADS)]
        for i, client in enumerate(clients):
            client.sendall(ask if i % 2 else half.encode())
        wait_until(lambda: len(backends.pids("active")) == WEB_THREADS)
        pids = backends.pids()
        for client in clients:
            client.close()

    wait_until(lambda: backends.pids("idle") == pids)
    assert statuses(member, 100) == {200}
    assert backends.pids() == pids


def test_compressed_answer(client):
    answer = client.get("/swagger.json")  # httpx accepts gzip, and reads it

    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < len(answer.content) / 4
    assert answer.json()["swagger"] == "2.0"


def test_sign_up_chunked(client):
    fields = {"email": new_email(), "password": PASSWORD}
    body = json.dumps(fields).encode()

    answer = client.post(
        "/api/user/sign-up/",
        content=(body[i : i + 1] for i in range(len(body))),
        headers={"Content-Type": "application/json"},
    )

    assert "Content-Length" not in answer.request.headers
    assert answer.status_code == 201
    assert answer.json()["email"] == fields["email"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (b"first_name=%D0%90", 200),
        (b"first_name=%FF%FE", 200),  # read as replacement characters
        (b"first_name=%00", 400),
        # No HTTP (RFC 9112, 3.2): refused before anything of Django's runs.
        ("first_name=Аня".encode(), 400),
        (b"first_name=\xff\xfe", 400),
    ],
)
def test_list_query_bytes(server, member, query, status):
    key = member.headers["Authorization"].encode()
    head = b"Host: localhost\r\nConnection: close\r\nAuthorization: " + key

    answer = server.exchange(
        b"GET /api/clients/?" + query + b" HTTP/1.1\r\n" + head + b"\r\n\r\n"
    )

    assert answer.split(b" ", 2)[1] == str(status).encode()
    assert b"\r\nContent-Type: application/json\r\n" in answer
    assert member.get("/api/clients/").status_code == 200


def _big_json() -> dict:
    content = json.dumps({"email": "a" * MIB}).encode()
    return {"content": content, "headers": {"Content-Type": "application/json"}}


def _big_chunked_json() -> dict:
    return _big_json() | {"content": iter([_big_json()["content"]])}


def _big_form() -> dict:
    return {"data": profile(), "files": {"avatar": ("a.png", bytes(33 * MIB))}}


def _big_field() -> dict:
    return {"data": {"email": "a" * 3 * MIB}, "files": {"avatar": ("a.png", b"")}}


@pytest.mark.parametrize("body", [_big_json, _big_chunked_json, _big_form, _big_field])
def test_sign_up_too_large(client, body):
    answer = client.post("/api/clients/create/", **body())

    detail = "The request is too large."
    assert answer.status_code == 413
    assert answer.json() == {"detail": detail, "code": "payload_too_large"}


def test_sign_up_large_avatar(client):
    photo = {"avatar": ("a.png", picture() + bytes(20 * MIB))}

    answer = client.post("/api/clients/create/", data=profile(), files=photo)

    assert answer.status_code == 400
    assert answer.json() == {"avatar": ["The picture is larger than 5 MiB."]}


def test_sign_up_announced_too_large(server):
    with server.connect() as client:
        client.sendall(
            b"POST /api/user/sign-up/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 9999999999\r\n\r\n"
        )

        assert b" 413 " in client.recv(65536)


def test_sign_up_nested_form(client):
    """Twisted's own reading of forms, on the event loop, took seconds for this."""
    parts = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1)
        for i in range(400)
    )
    body = parts + b"a\r\n" * 300_000

    def post(boundary: str) -> httpx.Response:
        form = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return client.post("/api/clients/create/", content=body, headers=form)

    flat, nested = post("none"), post("b0")

    assert flat.status_code == nested.status_code == 400
    # A quarter of a second is for what a busy machine does between the two.
    assert nested.elapsed < 5 * flat.elapsed + timedelta(seconds=0.25)


def test_socket_is_refused_before_it_opens(server):
    answer = server.exchange(
        b"GET /ws/chat/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    assert answer.split(b" ", 2)[1] == b"403"


@pytest.mark.parametrize("path", ["/swagger.json", "/static/leaflet/leaflet.js"])
def test_head_is_answered_without_a_body(server, path):
    """Or else a client would take the body for its next answer."""
    with server.client(headers={"Accept-Encoding": "identity"}) as client:
        size = len(client.get(path).content)
        assert size > 65_536  # what comes in one part
    ask = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    head, _end, body = server.exchange(ask.encode()).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 ")
    assert f"content-length: {size}" in head.decode().lower()
    assert body == b""

"""Bodies: how large by their path, how many together, and not in memory."""

import socket
from contextlib import ExitStack, suppress

import pytest

from tests.harness.daphne import Server, daphne
from tests.harness.programs import resident_bytes
from tests.harness.waiting import wait_until
from tests.harness.wire import answer_to, connect_from, post, read_to_end, status

MIB = 1024 * 1024
FORM = "multipart/form-data; boundary=x"
BODIES_MAX_BYTES = 8 * MIB


@pytest.fixture(scope="module")
def crowded(django_db_setup, tmp_path_factory, redis_url):
    """A server with room for few bodies, half of it for one address."""
    with daphne(
        tmp_path_factory.mktemp("live"),
        REDIS_URL=redis_url,
        BODIES_MAX_BYTES=f"{BODIES_MAX_BYTES}",
        WEB_ADDRESS_SHARE="0.5",
    ) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "kind", "credentials", "is_taken"),
    [
        ("/api/clients/", FORM, "", True),
        ("/api/clients/create", FORM, "", True),
        ("/api/clients/create?a=b", FORM, "", True),
        ("/api/clients/create", "application/json", "", False),
        ("/api/clients/create", "text/plain", "Authorization: Token x\r\n", False),
        ("/api/events/create/", FORM, "", False),
        ("/api/events/create/", FORM, "Authorization: Token x\r\n", True),
        ("/api/events/create/", FORM, "Cookie: sessionid=x\r\n", True),
        ("/api/events/create/", FORM, "Cookie: other=x\r\n", False),
        ("/api/user/sign-up/", FORM, "Authorization: Token x\r\n", False),
        ("/api/chat/rooms/", FORM, "Authorization: Token x\r\n", False),
        ("/admin/matchmaker/member/1/change/", FORM, "Cookie: sessionid=x\r\n", True),
        ("/admin/login/", FORM, "Cookie: sessionid=x\r\n", False),
        ("/nothing", FORM, "Authorization: Token x\r\n", False),
        ("/", FORM, "Authorization: Token x\r\n", False),
        ("http://localhost/api/clients/", FORM, "", True),
        ("http://localhost/nothing", FORM, "", False),
    ],
)
def test_size_is_refused_before_the_body_comes(
    server, path, kind, credentials, is_taken
):
    """A client that waits to be told so (Expect) is told to go on, or never to."""
    head = post(path, 2 * MIB, kind)[:-2] + credentials.encode()
    with server.connect() as client:
        answer = answer_to(client, head + b"Expect: 100-continue\r\n\r\n")

    assert status(answer) == (100 if is_taken else 413)
    assert (b"100 Continue" in answer) == is_taken


def test_chunks_are_counted(server):
    chunk = b"%x\r\n" % MIB + bytes(MIB) + b"\r\n"
    with server.connect() as client:
        client.sendall(post("/api/user/sign-up/", None, FORM) + 2 * chunk)
        answer = client.recv(65536)

    assert status(answer) == 413


@pytest.mark.parametrize("language", ["en", "ru"])
def test_refusal_is_in_the_language_of_its_client(server, language):
    text = {"en": "The request is too large.", "ru": "Запрос слишком большой."}
    with server.client(headers={"Accept-Language": language}) as client:
        answer = client.post("/nothing", content=bytes(2 * MIB))

    assert answer.status_code == 413
    assert answer.json()["detail"] == text[language]
    assert answer.headers["Cache-Control"] == "private, no-store"


def hold(server: Server, address: str, stack: ExitStack, size: int) -> socket.socket:
    """Send all of a sign-up's form but its last byte."""
    client = stack.enter_context(connect_from(server, address))
    client.sendall(post("/api/clients/", size, FORM) + bytes(size - 1))
    return client


def refused(server: Server, address: str) -> bool:
    """Whether 1 MiB more is refused, with word of when to come again."""
    with connect_from(server, address) as client:
        client.sendall(post("/api/clients/", MIB, FORM) + bytes(MIB))
        answer = client.recv(65536)
    if status(answer) == 503:
        assert b'"unavailable"' in answer
        assert b"\r\nRetry-After: " in answer
        return True
    assert status(answer) == 400
    return False


def is_full(server: Server, address: str, stack: ExitStack) -> bool:
    """Hold an address's share, again if the question came between its parts."""
    with suppress(OSError):
        hold(server, address, stack, 4 * MIB)
    return refused(server, address)


def test_bodies_of_one_address_and_of_all(crowded, opened):
    """Each body is held until it is whole."""
    with ExitStack() as office:
        wait_until(lambda: is_full(crowded, "127.0.0.2", office))
        assert not refused(crowded, "127.0.0.4")
        wait_until(lambda: is_full(crowded, "127.0.0.3", opened))
        wait_until(lambda: refused(crowded, "127.0.0.4"))

    wait_until(lambda: not refused(crowded, "127.0.0.4"))
    wait_until(lambda: not refused(crowded, "127.0.0.2"))


def test_bodies_that_are_answered_are_forgotten(crowded):
    with crowded.client() as client:
        form = {"Content-Type": FORM}
        for _i in range(3 * BODIES_MAX_BYTES // (3 * MIB)):
            answer = client.post("/api/clients/", content=bytes(3 * MIB), headers=form)
            assert answer.status_code == 400


def test_bodies_are_not_in_memory(server, opened):
    """All but answered, and after that."""
    with server.client() as client:  # so that everything is loaded
        client.post("/api/clients/", content=bytes(MIB), headers={"Content-Type": FORM})
    before = resident_bytes([server.pid])

    clients = [hold(server, f"127.0.0.{i}", opened, 31 * MIB) for i in range(2, 8)]
    held = resident_bytes([server.pid])
    for client in clients:
        client.sendall(b"x")
    statuses = [status(client.recv(65536)) for client in clients]

    assert statuses == [400] * len(clients)
    assert held - before < 31 * MIB
    assert resident_bytes([server.pid]) - before < 62 * MIB


def test_anonymous_bodies_to_any_path_are_not_stored(server, opened):
    before = resident_bytes([server.pid])
    for _i in range(8):
        client = opened.enter_context(server.connect())
        client.sendall(post("/nothing", 31 * MIB, FORM))
        assert status(client.recv(65536)) == 413

    assert resident_bytes([server.pid]) - before < 20 * MIB


def test_client_that_leaves_in_its_body(crowded, opened):
    """Its bytes are given back: there is room for the next, again and again."""
    for _i in range(4):
        with ExitStack() as one:
            client = hold(crowded, "127.0.0.2", one, 3 * MIB)
        assert client.fileno() == -1
        wait_until(lambda: not refused(crowded, "127.0.0.2"))


def test_refused_body_is_read_over(crowded):
    with connect_from(crowded, "127.0.0.2") as client:
        client.sendall(post("/api/clients/", 31 * MIB, FORM) + bytes(5 * MIB))
        client.shutdown(socket.SHUT_WR)
        answer = read_to_end(client)

    assert status(answer) == 503

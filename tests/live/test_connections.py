"""How many connections there may be: of one address, of all, and of strange ones."""

import os
import resource
import signal
import socket
from contextlib import suppress

import pytest
from websockets.exceptions import InvalidStatus

from tests.harness.chat import Chat, new_member, token_of
from tests.harness.daphne import Server, daphne
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.harness.wire import (
    GET,
    HEAD,
    answer_to,
    connect_from,
    post,
    read_to_end,
    status,
)

FEW = 8
MANY_AT_ONCE = 300
OFFICE, OTHER = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, CONNECTIONS_PER_ADDRESS=f"{FEW}") as made:
        yield made


@pytest.fixture(scope="module")
def small(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    half = {"CONNECTIONS": f"{2 * FEW}", "WEB_ADDRESS_SHARE": "0.5"}
    with daphne(folder, REDIS_URL=redis_url, **half) as made:
        yield made


@pytest.fixture(scope="module")
def proxied(django_db_setup, tmp_path_factory, redis_url):
    """Behind proxies at 127.0.0.2 and beyond."""
    with daphne(
        tmp_path_factory.mktemp("live"),
        REDIS_URL=redis_url,
        CONNECTIONS_PER_ADDRESS=f"{FEW}",
        TRUSTED_PROXIES="127.0.0.2/31",
    ) as made:
        yield made


def answers(server: Server, address: str) -> bool:
    try:
        with connect_from(server, address) as client:
            return status(answer_to(client, GET)) == 200
    except (ConnectionError, IndexError):  # closed, sooner or later
        return False


def test_connections_of_one_address(server, opened):
    clients = [opened.enter_context(connect_from(server, OFFICE)) for _ in range(FEW)]
    assert [status(answer_to(client, GET)) for client in clients] == [200] * FEW

    assert not answers(server, OFFICE)
    assert answers(server, OTHER)
    # Those that are there go on.
    assert status(answer_to(clients[0], GET)) == 200
    clients[0].close()
    wait_until(lambda: answers(server, OFFICE))


def test_many_connect_while_the_server_does_something_else(small, opened):
    """The kernel keeps them; a full queue would drop what then tries again for long."""
    os.kill(small.pid, signal.SIGSTOP)
    opened.callback(os.kill, small.pid, signal.SIGCONT)

    clients = [opened.enter_context(small.connect()) for _ in range(MANY_AT_ONCE)]

    assert len({client.getsockname() for client in clients}) == MANY_AT_ONCE


def test_refused_connection_is_closed_at_once(server, opened):
    for _i in range(FEW):
        client = opened.enter_context(connect_from(server, OFFICE))
        assert status(answer_to(client, GET)) == 200

    with suppress(ConnectionResetError):  # already
        refused = opened.enter_context(connect_from(server, OFFICE))
        assert read_to_end(refused) == b""


def test_sockets_count_and_are_counted_off(server, transactional_db):
    ann = new_member("Ann")
    for _round in range(3):
        sockets = [_chat(server, ann, OFFICE) for _i in range(FEW)]
        assert not answers(server, OFFICE)
        for chat in sockets:
            chat.close()
        wait_until(lambda: answers(server, OFFICE))


def _chat(server: Server, member, address: str, **headers: str) -> Chat:
    bearer = {"Authorization": f"Bearer {token_of(member)}", **headers}
    return Chat(
        server, member, additional_headers=bearer, sock=connect_from(server, address)
    )


def test_all_connections(small, opened):
    clients = [
        opened.enter_context(connect_from(small, address))
        for address in (OFFICE, OTHER)
        for _i in range(FEW)
    ]
    assert [status(answer_to(client, GET)) for client in clients] == [200] * 2 * FEW

    assert not answers(small, "127.0.0.4")
    clients[0].close()
    wait_until(lambda: answers(small, "127.0.0.4"))


def test_one_address_never_has_all(small, opened):
    """However many an address may have (10,000 here), some are left to others."""
    for _i in range(FEW):
        client = opened.enter_context(connect_from(small, OFFICE))
        assert status(answer_to(client, GET)) == 200

    assert not answers(small, OFFICE)
    assert answers(small, OTHER)


def test_proxy_may_have_more(proxied, opened):
    for _i in range(3 * FEW):
        client = opened.enter_context(connect_from(proxied, OFFICE))
        assert status(answer_to(client, GET)) == 200


def test_sockets_through_a_proxy_count_for_their_client(
    proxied, opened, transactional_db
):
    ann = new_member("Ann")
    office = {"X-Forwarded-For": "192.0.2.7"}
    for _i in range(FEW):
        opened.enter_context(_chat(proxied, ann, OFFICE, **office))

    with pytest.raises(InvalidStatus) as refused:
        _chat(proxied, ann, OFFICE, **office)

    answer = refused.value.response
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert b'"unavailable"' in answer.body
    other = {"X-Forwarded-For": "192.0.2.8"}
    _chat(proxied, ann, OFFICE, **other).close()


def test_thousands_that_say_nothing_and_hundreds_that_drip(
    server, django_db_setup, tmp_path, redis_url, opened
):
    """`server` is for the log of others; here everything comes from one address."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 5_000:
        pytest.skip("this machine lets no process open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 5_000), hard))
    patience = {"HEAD_TIMEOUT_S": "600", "BODY_TIMEOUT_S": "600"}
    crowded = opened.enter_context(daphne(tmp_path, REDIS_URL=redis_url, **patience))
    idle = [opened.enter_context(_connect(crowded)) for _i in range(2_000)]
    dripping = [opened.enter_context(_connect(crowded)) for _i in range(200)]
    halves = [b"GET / HTTP/1.1\r\n" + HEAD, post("/api/clients/", 1_000)]

    with crowded.client() as client:
        for i, one in enumerate(dripping):
            one.sendall(halves[i % 2])
        for _round in range(20):
            for one in dripping:
                one.send(b"x")
            assert client.get("/health/live").status_code == 200

    assert len(idle) == 2_000


def _connect(server: Server) -> socket.socket:
    return socket.create_connection((server.host, server.port), PATIENCE_S)


HEADERS = b"".join(b"X-%d: x\r\n" % i for i in range(101))


@pytest.mark.parametrize(
    "head",
    [HEADERS, b"X-A: " + b"x" * 16_000 + b"\r\n", b"X-A: " + b"x" * 20_000],
    ids=["many", "large", "endless"],
)
def test_headers_are_bounded(server, head):
    with server.connect() as client:
        client.sendall(GET[:-2] + head + b"X-B: x\r\n" * 200 + b"\r\n")
        answer = read_to_end(client)

    assert status(answer) == 400
    assert b"\r\nContent-Type: application/json\r\n" in answer


@pytest.mark.parametrize("header", [b"a b: x", "я: x".encode(), b"a,b: x"])
def test_header_that_daphne_refuses(server, header):
    answer = server.exchange(GET[:-2] + header + b"\r\nConnection: close\r\n\r\n")

    assert status(answer) == 400
    assert b"\r\nContent-Type: application/json\r\n" in answer

"""Who may open a socket, and who may not."""

from datetime import timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken
from websockets.exceptions import InvalidStatus

from matchmaker import services
from tests.harness.chat import Chat, new_member, token_of
from tests.harness.sockets import connect
from tests.harness.waiting import PATIENCE_S


def status(server, **options) -> int:
    """What the handshake is refused with."""
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{server.host}:{server.port}/ws/chat/", **options),
    ):
        pass
    return refused.value.response.status_code


def bearer(token: str) -> dict[str, dict[str, str]]:
    return {"additional_headers": {"Authorization": f"Bearer {token}"}}


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", ""])
def test_token_in_the_header(server, scheme):
    ann = new_member("Ann")
    headers = {"Authorization": scheme + token_of(ann)}

    with Chat(server, ann, additional_headers=headers) as chat:
        assert chat.welcome["user"]["id"] == ann.pk
        assert chat.socket.subprotocol is None


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:3000", "https://localhost"])
def test_token_as_a_browser_sends_it(server, origin):
    ann = new_member("Ann")

    with Chat(
        server,
        ann,
        subprotocols=["bearer", token_of(ann)],
        origin=origin,
        additional_headers={},
    ) as chat:
        assert chat.welcome["user"]["id"] == ann.pk
        assert chat.socket.subprotocol == "bearer"


def test_client_is_welcomed_in_its_language(server):
    """Also after another was, by the same threads."""
    ann = new_member("Ann")
    for language, title in (("ru", "Общая комната"), ("en", "Lobby")):
        headers = bearer(token_of(ann))["additional_headers"]
        headers |= {"Accept-Language": language}
        with Chat(server, ann, additional_headers=headers) as chat:
            assert chat.lobby["title"] == title


def test_path_without_its_slash(server):
    token = token_of(new_member("Ann"))

    with connect(f"ws://{server.host}:{server.port}/ws/chat", **bearer(token)) as chat:
        assert '"welcome"' in chat.recv(timeout=PATIENCE_S)


@pytest.mark.parametrize(
    "options",
    [
        {},
        bearer(""),
        bearer("x"),
        bearer("x.y.z"),
        bearer("é" * 5),
        bearer("a b"),
        {"additional_headers": {"Authorization": "Basic YTpi"}},
        {"subprotocols": ["bearer"]},
        {"subprotocols": ["bearer", "x.y.z"]},
        {"subprotocols": ["chat", "x"]},
    ],
)
def test_without_a_token_the_handshake_is_refused(server, options):
    assert status(server, **options) == 403


def test_dead_tokens_are_refused(server):
    ann = new_member("Ann")
    expired = AccessToken(token_of(ann))
    expired.set_exp(lifetime=-timedelta(seconds=1))
    foreign = AccessToken.for_user(new_member("Eve"))  # it says no family
    refresh = services.issue_tokens(ann)["refresh"]
    revoked = token_of(ann)
    services.sign_out_everywhere(ann)
    gone = new_member("Gone")
    of_nobody = token_of(gone)
    gone.delete()

    for token in (str(expired), str(foreign), refresh, revoked, of_nobody):
        assert status(server, **bearer(token)) == 403


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://", "http://[", "ftp://127.0.0.1",
     "http://127.0.0.1.evil.example", "http://evil.example:8000/127.0.0.1"],
)  # fmt: skip
def test_foreign_pages_are_refused(server, origin):
    headers = bearer(token_of(new_member("Ann")))["additional_headers"]

    answer = status(server, additional_headers=headers | {"Origin": origin})

    assert answer in (400, 403)  # 400: autobahn reads no such origin


def test_other_paths_have_no_socket(server):
    token = token_of(new_member("Ann"))

    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{server.host}:{server.port}/ws/other/", **bearer(token)),
    ):
        pass
    assert refused.value.response.status_code == 403

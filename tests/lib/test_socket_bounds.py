"""The bound of what waits for a client, however it is written."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
from daphne.ws_protocol import WebSocketFactory
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.tcp import Server

from project.lib.server.socket_bounds import MAX_UNREAD_BYTES, BoundedSocket

PAYLOAD = b"x" * 125


@pytest.fixture
def protocol() -> Iterator[BoundedSocket]:
    """An open socket over TCP whose client reads nothing. No event loop runs."""
    loop = asyncio.new_event_loop()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        ours, client = listener.accept()
        factory = WebSocketFactory(None)
        factory.protocol = BoundedSocket
        protocol = factory.buildProtocol(client)
        reactor = AsyncioSelectorReactor(loop)
        transport = Server(ours, protocol, client, None, 0, reactor)
        protocol.makeConnection(transport)
        protocol.state = protocol.STATE_OPEN
        yield protocol
        transport.stopReading()
        transport.stopWriting()
        ours.close()
    loop.close()


@pytest.mark.parametrize("kind", ["sendPing", "sendPong", "sendMessage"])
def test_nothing_written_passes_the_bound(protocol, kind):
    """Of whatever is written while the client reads nothing."""
    frames = MAX_UNREAD_BYTES // len(PAYLOAD)
    for sent in range(frames):  # noqa: B007
        getattr(protocol, kind)(PAYLOAD)
        if protocol.state != protocol.STATE_OPEN:
            break

    waiting = len(protocol.transport.dataBuffer) + protocol.transport._tempDataLen
    assert protocol.state == protocol.STATE_CLOSED
    assert sent > frames * 0.9
    assert waiting <= MAX_UNREAD_BYTES + 2 * len(PAYLOAD)


def test_congestion_begins_once(protocol):
    while not protocol.wire.is_congested:
        protocol.sendPong(PAYLOAD)
    began = protocol.wire.congested_at

    protocol.sendPing(PAYLOAD)

    assert protocol.wire.congested_at == began

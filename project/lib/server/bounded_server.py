"""Daphne's server with our bounds, and the check that they are in effect."""

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any

from daphne import cli
from daphne.server import Server, reactor
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.protocols.policies import ProtocolWrapper
from twisted.web import http

from project.lib.database.deadlines import bound_this_process
from project.lib.server.application import BODY, CHANNEL, WIRE, Scope
from project.lib.server.channel_bounds import BoundedChannel
from project.lib.server.request_bounds import BoundedRequest
from project.lib.server.socket_bounds import (
    SERVICE_RESTART,
    SOCKET_OPTIONS,
    BoundedSocket,
)

logger = logging.getLogger(__name__)

# How often a drain looks whether all has been answered.
LOOK_S = 0.01
# How many connections the kernel keeps until they are accepted. Twisted's 50 are soon
# full when many clients come at once, and each that is dropped tries again after 1, 3
# and 7 seconds.
BACKLOG = 1024


class BoundedServer(Server):
    """A Daphne server whose connections are BoundedChannels and BoundedSockets."""

    def __init__(self, application: Any, endpoints: list[str], **options: Any) -> None:
        super().__init__(
            application,
            endpoints=[*map(_with_backlog, endpoints)],
            # Called after the factories are made and before any client connects.
            ready_callable=self.bound_connections,
            **options,
        )

    def bound_connections(self) -> None:
        bound_this_process(settings.STATEMENT_TIMEOUT_MS)
        self.http_factory.protocol = BoundedChannel
        self.ws_factory.protocol = BoundedSocket
        self.ws_factory.setProtocolOptions(**SOCKET_OPTIONS)

    def create_application(self, protocol: Any, scope: Scope) -> Any:
        if not isinstance(protocol, BoundedRequest | BoundedSocket):
            raise RuntimeError(f"{protocol!r} has no bounds")
        if isinstance(protocol, BoundedSocket):
            scope["extensions"] = {WIRE: protocol.wire}
        else:
            body = protocol.take_body()
            scope["extensions"] = {CHANNEL: protocol.channel, BODY: body}
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        """Drain before the reactor stops; Daphne would cancel what is in work."""
        loop = asyncio.get_event_loop()
        return Deferred.fromFuture(asyncio.ensure_future(self.drain(), loop=loop))

    async def drain(self) -> None:
        """Stop listening, answer every request that has arrived, close all sockets.

        It takes settings.DRAIN_S at most. A second signal changes nothing.
        """
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + settings.DRAIN_S
        for reader in reactor.getReaders():
            if IListeningPort.providedBy(reader):
                reader.stopListening()
            elif (channel := _channel(reader)) and not channel.requests:
                channel.loseConnection()  # kept alive for a next request
        while loop.time() < ends_at and (self._in_work() or _writes()):
            for protocol in [*self.connections]:
                _end_connection_after(protocol)
            await asyncio.sleep(LOOK_S)
        if left := self._in_work():
            logger.warning("%s requests or sockets are not finished", len(left))
            for application in left:
                application.cancel()
            await asyncio.wait(left, timeout=settings.GRACE_S)

    def _in_work(self) -> "list[asyncio.Future[None]]":
        applications = [
            details.get("application_instance") for details in self.connections.values()
        ]
        return [each for each in applications if each is not None and not each.done()]


def _with_backlog(endpoint: str) -> str:
    """Add BACKLOG to a Twisted endpoint that listens and does not say its own."""
    listens = endpoint.startswith(("tcp:", "ssl:", "unix:"))
    if not listens or ":backlog=" in endpoint:
        return endpoint
    return f"{endpoint}:backlog={BACKLOG}"


def _writes() -> bool:
    """Return whether any answer has not left yet: stopping would drop it."""
    return any(map(_channel, reactor.getWriters()))


def _end_connection_after(protocol: Any) -> None:
    """Close a socket now, and a request's connection once it is answered."""
    if isinstance(protocol, BoundedSocket):
        protocol.wire.close(SERVICE_RESTART)
    elif channel := getattr(protocol, "channel", None):  # none after its answer
        channel.persistent = False
        protocol.responseHeaders.setRawHeaders(b"Connection", [b"close"])


def _channel(descriptor: Any) -> BoundedChannel | None:
    """Return the HTTP connection over a descriptor of the reactor's, if it is one."""
    protocol = getattr(descriptor, "protocol", None)
    while isinstance(protocol, ProtocolWrapper):  # such as TLS
        protocol = protocol.wrappedProtocol
    return protocol if isinstance(protocol, BoundedChannel) else None


# Upstream methods that ours replace. If one were renamed, ours would not be called and
# the bound would silently be gone, so each is checked, with its parameters.
OVERRIDDEN: dict[type, dict[str, str]] = {
    BoundedServer: {
        "create_application": "protocol, scope",
        "kill_all_applications": "",
    },
    BoundedChannel: {
        "connectionMade": "",
        "dataReceived": "data",
        "lineReceived": "line",
        "lineLengthExceeded": "line",
        "requestDone": "request",
        "pauseProducing": "",
        "resumeProducing": "",
        "loseConnection": "",
        "connectionLost": "reason",
        "_respondToBadRequestAndDisconnect": "",
    },
    BoundedRequest: {
        "gotLength": "length",
        "handleContentChunk": "data",
        "requestReceived": "command, path, version",
        "process": "",
        "basic_error": "status, status_text, body",
    },
    BoundedSocket: {
        "connectionMade": "",
        "connectionLost": "reason",
        "sendData": "data, sync, chopsize",
        "onMessage": "payload, isBinary",
        "onMessageFrameBegin": "length",
        "onPing": "payload",
        "onPong": "payload",
        "onClose": "wasClean, code, reason",
    },
}


def install() -> None:
    """Make `daphne` start a BoundedServer. Raises ImproperlyConfigured."""
    problems = upstream_problems()
    if problems:
        raise ImproperlyConfigured("; ".join(problems))
    cli.CommandLineInterface.server_class = BoundedServer


def upstream_problems() -> list[str]:
    """Return what we rely on in Daphne, Twisted or autobahn and do not find."""
    problems = []
    for ours, names in OVERRIDDEN.items():
        upstream = ours.__mro__[1]
        for name, expected in names.items():
            theirs = getattr(upstream, name, None)
            if theirs is None:
                problems.append(f"{_title(upstream)}.{name} is gone")
            elif (actual := _parameters(theirs)) != expected:
                problems.append(
                    f"{_title(upstream)}.{name} takes ({actual}), not ({expected})"
                )
    if not hasattr(cli.CommandLineInterface, "server_class"):
        problems.append(f"{_title(cli.CommandLineInterface)}.server_class is gone")
    if not hasattr(FileDescriptor(reactor), "_tempDataBuffer"):
        problems.append(f"{_title(FileDescriptor)}._tempDataBuffer is gone")
    if http.H2_ENABLED:
        problems.append("h2 is installed, and the bounds are those of HTTP/1.1")
    return problems


def is_installed() -> bool:
    return cli.CommandLineInterface.server_class is BoundedServer


def _title(upstream: type) -> str:
    return f"{upstream.__module__}.{upstream.__qualname__}"


def _parameters(function: Callable[..., Any]) -> str:
    return ", ".join([*inspect.signature(function).parameters][1:])

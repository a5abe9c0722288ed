"""Daphne's server with our bounds, and the check that they are in effect."""

import inspect
from collections.abc import Callable
from typing import Any

from daphne import cli
from daphne.server import Server, reactor
from django.core.exceptions import ImproperlyConfigured
from twisted.internet.abstract import FileDescriptor
from twisted.web import http

from project.lib.server.application import WIRE, Scope
from project.lib.server.request_bounds import BoundedChannel, BoundedRequest
from project.lib.server.socket_bounds import (
    SERVICE_RESTART,
    SOCKET_OPTIONS,
    BoundedSocket,
)


class BoundedServer(Server):
    """A Daphne server whose connections are BoundedChannels and BoundedSockets."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # Called after the factories are made and before any client connects.
        super().__init__(*args, ready_callable=self.bound_connections, **options)

    def bound_connections(self) -> None:
        self.http_factory.protocol = BoundedChannel
        self.ws_factory.protocol = BoundedSocket
        self.ws_factory.setProtocolOptions(**SOCKET_OPTIONS)

    def create_application(self, protocol: Any, scope: Scope) -> Any:
        if not isinstance(protocol, BoundedRequest | BoundedSocket):
            raise RuntimeError(f"{protocol!r} has no bounds")
        wire = protocol.wire if isinstance(protocol, BoundedSocket) else None
        scope["extensions"] = {WIRE: wire}
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        """Tell every client that the server is stopping, before it stops."""
        for protocol, details in [*self.connections.items()]:
            if isinstance(protocol, BoundedSocket):
                protocol.wire.close(SERVICE_RESTART)
            if "application_instance" not in details:
                # For example, a request that has become a socket: Daphne fails on it.
                del self.connections[protocol]
        return super().kill_all_applications()


# Upstream methods that ours replace. If one were renamed, ours would not be called and
# the bound would silently be gone, so each is checked, with its parameters.
OVERRIDDEN: dict[type, dict[str, str]] = {
    BoundedServer: {
        "create_application": "protocol, scope",
        "kill_all_applications": "",
    },
    BoundedChannel: {
        "connectionMade": "",
        "_respondToBadRequestAndDisconnect": "",
    },
    BoundedRequest: {
        "gotLength": "length",
        "handleContentChunk": "data",
        "requestReceived": "command, path, version",
        "process": "",
    },
    BoundedSocket: {
        "connectionMade": "",
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

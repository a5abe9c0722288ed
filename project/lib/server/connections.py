"""Every connection that is accepted: how many there may be, and until when."""

import logging
import math
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.conf import settings
from twisted.protocols.policies import ProtocolWrapper

from project.lib.server.client_address import client_address, is_trusted_proxy

# How often deadlines are looked at. One look at all costs less than a timer for each.
SWEEP_S = 0.5
TOLD_EVERY_S = 60.0
# Files of the process that are no connections of clients: databases, logs, pictures.
RESERVED_FILES = 256
# How often the kernel asks a silent client, and every how many seconds.
KEEPALIVE_TRIES, KEEPALIVE_EVERY_S = 3, 10

logger = logging.getLogger(__name__)


class Connection:
    """A client's connection, as HTTP and later as a socket.

    `address`: what it counts for, or "" for a proxy's until a header names the client.
    """

    def __init__(self, peer: str) -> None:
        self.is_proxy = is_trusted_proxy(peer)
        self.peer = peer
        self.address = "" if self.is_proxy else client_address({"REMOTE_ADDR": peer})
        self.deadline = math.inf
        self.when_late: Callable[[], None] = _nothing

    def allow(self, seconds: float, when_late: Callable[[], None]) -> None:
        """Have `when_late` called in so many seconds, instead of what was to be."""
        self.deadline = time.monotonic() + seconds
        self.when_late = when_late

    def allow_any_time(self) -> None:
        self.deadline = math.inf


class Connections:
    """The connections of this process, by their transports."""

    def __init__(self) -> None:
        self._open: dict[Any, Connection] = {}
        self._by_address: Counter[str] = Counter()
        self._refused, self._told_at = 0, -math.inf
        self._is_sweeping = False

    @cached_property
    def limit(self) -> int:
        """How many there may be: at most half of the files that the process may open.

        The other half is for what their requests open, such as bodies on disk.
        """
        files = _files(2 * settings.CONNECTIONS + RESERVED_FILES)
        return max(1, min(settings.CONNECTIONS, (files - RESERVED_FILES) // 2))

    @cached_property
    def limit_per_address(self) -> int:
        """How many one address may have: never more than its share of all."""
        share = int(self.limit * settings.WEB_ADDRESS_SHARE)
        return max(1, min(settings.CONNECTIONS_PER_ADDRESS, share))

    def accept(
        self, transport: Any, call_later: Callable[..., object]
    ) -> Connection | None:
        """Return the new connection, or None if there are too many."""
        connection = Connection(getattr(transport.getPeer(), "host", ""))
        if len(self._open) >= self.limit or not self._count(connection):
            self._refused += 1
            return None
        self._open[transport] = connection
        _watch(tcp_socket(transport))
        if not self._is_sweeping:
            self._is_sweeping = True
            call_later(SWEEP_S, self._sweep, call_later)
        return connection

    def belongs_to(self, transport: Any, meta: dict[str, str]) -> bool:
        """Count a proxy's connection for its client. False if that has too many.

        `meta`: the headers, as `client_address` takes them.
        """
        connection = self._open[transport]
        if connection.is_proxy and not connection.address:
            meta = {"REMOTE_ADDR": connection.peer, **meta}
            connection.address = client_address(meta)
            if not self._count(connection):
                connection.address = ""
                return False
        return True

    def upgraded(self, transport: Any) -> None:
        """From now on the connection is a socket, which has its own bounds."""
        if connection := self._open.get(transport):
            connection.allow_any_time()

    def closed(self, transport: Any) -> None:
        if connection := self._open.pop(transport, None):
            self._by_address[connection.address] -= 1
            if self._by_address[connection.address] <= 0:
                del self._by_address[connection.address]

    def _count(self, connection: Connection) -> bool:
        address = connection.address
        if address and self._by_address[address] >= self.limit_per_address:
            return False
        if address:
            self._by_address[address] += 1
        return True

    def _sweep(self, call_later: Callable[..., object]) -> None:
        call_later(SWEEP_S, self._sweep, call_later)  # first: what follows may fail
        now = time.monotonic()
        for connection in [c for c in self._open.values() if c.deadline < now]:
            connection.allow_any_time()
            connection.when_late()
        if self._refused and now - self._told_at > TOLD_EVERY_S:
            logger.warning("Refused %d connections: too many", self._refused)
            self._refused, self._told_at = 0, now


def _files(wanted: int) -> int:
    """Let the process open so many files, as far as it may; return how many it can."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


# A process has one server.
CONNECTIONS = Connections()


def tcp_socket(transport: Any) -> socket.socket:
    """Return the socket under a transport, only to set its options."""
    while isinstance(transport, ProtocolWrapper):  # such as TLS
        transport = transport.transport
    handle: socket.socket = transport.getHandle()
    return handle


def _watch(client: socket.socket) -> None:
    """Have the kernel drop a client that is gone, or that takes nothing in.

    Without this a connection whose client has lost power is open for ever, and one
    whose client does not read for as long as it answers the kernel's questions.
    """
    if client.family not in (socket.AF_INET, socket.AF_INET6):
        return
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", settings.CLIENT_KEEPALIVE_S),
        ("TCP_KEEPINTVL", KEEPALIVE_EVERY_S),
        ("TCP_KEEPCNT", KEEPALIVE_TRIES),
        ("TCP_USER_TIMEOUT", int(1000 * settings.SLOW_READER_S)),
    ):
        if hasattr(socket, name):  # Linux has them all
            client.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _nothing() -> None:
    pass

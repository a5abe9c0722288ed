"""Whose a request is, as far as can be told before any thread has looked at it."""

import re
from functools import lru_cache

from django.conf import settings

from project.lib.server.application import Scope
from project.lib.server.client_address import client_address
from project.lib.server.threads import Holder

_SESSION = re.compile(rb"(?:^|; *)sessionid=([^;]+)")


def holders(scope: Scope) -> tuple[Holder, ...]:
    """Return the address and, if it says so, the sign-in that a request comes from.

    A sign-in is known by its header or session cookie. Nobody has checked these yet:
    who invents many is still held by the share of the address. Without a peer's
    address (a Unix socket) there is nothing to share by.
    """
    found = []
    forwarded = sign_in = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            sign_in = value
        elif name == b"x-forwarded-for":
            forwarded = value
        elif name == b"cookie" and not sign_in and (session := _SESSION.search(value)):
            sign_in = session[1]
    if sign_in:
        found.append(Holder("sign-in", sign_in, settings.WEB_SIGN_IN_SHARE))
    client = scope.get("client")
    if client and (address := _address(client[0], forwarded)):
        found.append(Holder("address", address, settings.WEB_ADDRESS_SHARE))
    return tuple(found)


@lru_cache(4096)
def _address(peer: str, forwarded: bytes) -> str:
    return client_address(
        {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded.decode("latin-1")}
    )

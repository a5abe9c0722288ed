"""The address that a request comes from, also behind proxies."""

from collections.abc import Iterable, Mapping
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# An IPv6 customer has at least this network, and may use any address in it.
IPV6_PREFIX_BITS = 64


def client_address(meta: Mapping[str, Any]) -> str:
    """Return what requests of one client share: an IPv4 address or an IPv6 /64.

    `meta` is request.META. X-Forwarded-For is read from its right end, as far as
    settings.TRUSTED_PROXIES have written it; clients can invent anything further left.
    Nonsense in it gives the proxy's address. Without a peer's address (a Unix socket)
    all requests share "".
    """
    address = _parsed(meta.get("REMOTE_ADDR", ""))
    if address is None:
        return ""
    hops = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and _is_trusted(address):
        hop = _parsed(hops.pop())
        if hop is None:
            break
        address = hop
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), IPV6_PREFIX_BITS), strict=False))
    return str(address)


def is_trusted_proxy(peer: str) -> bool:
    """Return whether a connection comes from a proxy, so from any of its clients."""
    address = _parsed(peer)
    return address is not None and _is_trusted(address)


def networks(texts: Iterable[str]) -> list[Network]:
    """Parse TRUSTED_PROXIES as networks. Raises ImproperlyConfigured."""
    try:
        return [ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES: {error}; needed are networks like 10.0.0.0/8"
        ) from error


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> Address | None:
    """Parse an address as proxies write it: bare, or with a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address

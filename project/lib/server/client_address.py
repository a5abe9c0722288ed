"""From where a request comes, right behind a proxy too."""

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

# What one IPv6 customer has at least: any address in it is theirs to choose.
IPV6_PREFIX_BITS = 64


def client_address(meta: Mapping[str, Any]) -> str:
    """What requests from one place share: an IPv4 address, or an IPv6 /64.

    `meta` is request.META. X-Forwarded-For is read from its right end, for as long as
    it was written by one of settings.TRUSTED_PROXIES; what stands to the left of that
    is the client's own to invent. Nonsense in it leaves the proxy's address. Without a
    peer's address (a Unix socket) all are one, "".
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


def networks(texts: Iterable[str]) -> list[Network]:
    """TRUSTED_PROXIES as networks. Raises ImproperlyConfigured for what is none."""
    try:
        return [ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES: {error}; needed are networks like 10.0.0.0/8"
        ) from error


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> Address | None:
    """An address, as proxies write it: bare, or with a port."""
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

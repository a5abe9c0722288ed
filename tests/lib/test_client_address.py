"""From where a request comes: nobody chooses that, whatever the header says."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.lib.server.client_address import client_address, networks

PROXY = "10.0.0.1"
FAR = "203.0.113.7"


@pytest.fixture(autouse=True)
def _proxies(settings):
    settings.TRUSTED_PROXIES = networks(["10.0.0.0/8", " 2001:db8:ffff::/48"])


def seen(peer: str, forwarded: str | None = None) -> str:
    header = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address({"REMOTE_ADDR": peer, **header})


def test_without_a_proxy_the_peer_is_the_client():
    assert seen(FAR) == FAR


def test_strangers_header_is_not_read():
    assert seen(FAR, "198.51.100.1") == FAR
    assert seen(FAR, PROXY) == FAR


def test_nobody_is_trusted_by_default(settings):
    settings.TRUSTED_PROXIES = []

    assert seen(PROXY, FAR) == PROXY


@pytest.mark.parametrize(
    "forwarded",
    [
        FAR,
        f" {FAR} ",
        f"198.51.100.1, {FAR}",
        f"nonsense, , {FAR}",
        f"198.51.100.1,{FAR}, 10.2.3.4",
        f"10.9.9.9, {FAR}, 2001:db8:ffff::1, 10.2.3.4",
        f"{FAR}:5678",
        f"::ffff:{FAR}",
        f"[::ffff:{FAR}]:5678",
    ],
)
def test_trusted_proxies_tell_the_client(forwarded):
    assert seen(PROXY, forwarded) == FAR
    assert seen(f"::ffff:{PROXY}", forwarded) == FAR


def test_the_first_of_trusted_hops_only_is_the_client():
    assert seen(PROXY, "10.0.0.3, 10.0.0.2") == "10.0.0.3"


@pytest.mark.parametrize(
    "forwarded",
    [
        "", ",", "unknown", "1.2.3", "1.2.3.4.5", "010.1.1.1", "[", "[::1", ":",
        "::1::", "1.2.3.4, x", "\x00", "\udcff", "а" * 10_000, "1.2.3.4/8", "[1.2.3.4",
    ],
)  # fmt: skip
def test_nonsense_of_a_proxy_is_the_proxys(forwarded):
    allowed = {PROXY, "1.2.3.4", "::/64"}  # a bracket lost is still an address

    assert seen(PROXY, forwarded) in allowed
    assert seen(FAR, forwarded) == FAR


@pytest.mark.parametrize("peer", ["", "nonsense"])
def test_peers_without_an_address_are_one(peer):
    assert seen(peer, FAR) == ""
    assert client_address({}) == ""


def test_ipv6_counts_by_its_64():
    mine = {
        seen("2001:db8:1:2::1"),
        seen("2001:db8:1:2:ffff::"),
        seen(PROXY, "2001:db8:1:2:3:4:5:6%eth0"),
    }

    assert mine == {"2001:db8:1:2::/64"}
    assert seen("2001:db8:1:3::1") == "2001:db8:1:3::/64"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "nginx", "", "10.0.0.0/33"])
def test_broken_proxies_are_named(text):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES: "):
        networks([text])

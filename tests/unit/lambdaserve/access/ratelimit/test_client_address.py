"""Address of a request's client."""

from __future__ import annotations

import pytest

from lambdaserve.access.ratelimit.client_address import (
    _direct_client,
    _forwarded_client,
    buckets_of,
    client_address,
    is_from,
    widest_network,
)

TRUSTED = ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("1.2.3.4", "", "1.2.3.4"),
        # What an untrusted client writes does not count.
        ("1.2.3.4", "9.9.9.9", "1.2.3.4"),
        ("1.2.3.4", "10.0.0.1", "1.2.3.4"),
        # One proxy, and two.
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"),
        # Forged entries lie to the left of what a proxy adds.
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 10.0.0.7, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.1", "x" * 5000 + ", 1.2.3.4", "1.2.3.4"),
        # Only proxies, or nothing readable.
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4, <script>, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("", "1.2.3.4", "unknown"),
        # Other spellings of an address.
        ("10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        ("10.0.0.1", " [2001:db8::1]:443 ", "2001:db8::/64"),
        ("::ffff:1.2.3.4", "", "1.2.3.4"),
        ("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
        # An IPv6 client has a whole /64.
        ("2001:db8::1", "", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::2", "", "2001:db8::/64"),
        ("2001:db8:0:1::1", "", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("fd00::1", "1.2.3.4", "1.2.3.4"),
    ],
)
def test_a_client_is_the_nearest_address_that_is_not_a_trusted_proxy(remote: str, forwarded: str, client: str) -> None:
    assert client_address(remote, forwarded, TRUSTED) == client


def test_without_trusted_proxies_forwarded_addresses_are_ignored() -> None:
    assert client_address("10.0.0.1", "1.2.3.4", ()) == "10.0.0.1"


def test_a_flood_of_forged_headers_fills_no_memory() -> None:
    _direct_client.cache_clear()
    _forwarded_client.cache_clear()
    for number in range(20_000):
        client_address("1.2.3.4", f"9.9.9.9, {number}", TRUSTED)
    assert (_direct_client.cache_info().currsize, _forwarded_client.cache_info().currsize) == (1, 0)
    for number in range(20_000):
        client_address("10.0.0.1", f"{number}, 1.2.3.4", TRUSTED)
    assert _forwarded_client.cache_info().currsize <= 8192


@pytest.mark.parametrize(
    ("remote", "forwarded", "admitted"),
    [
        ("192.0.2.7", "", True),
        ("192.0.2.8", "", False),
        ("::ffff:192.0.2.7", "", True),
        ("2001:db8::1", "", True),
        ("2001:db8::2", "", False),  # each address counts, not its /64
        ("", "", False),
        ("unix:", "192.0.2.7", False),
        # Forged, and through an undeclared proxy.
        ("198.51.100.1", "192.0.2.7", False),
        ("192.0.2.7", "198.51.100.1", False),
        # Through a trusted proxy.
        ("10.0.0.1", "192.0.2.7", True),
        ("10.0.0.1", "192.0.2.7, 198.51.100.1", False),
        ("10.0.0.1", "198.51.100.1, 192.0.2.7, 10.0.0.2", True),
        ("10.0.0.1", "192.0.2.7, nonsense", False),
        ("10.0.0.1", "", False),
    ],
)
def test_networks_admit_a_client_by_its_certain_address(remote: str, forwarded: str, *, admitted: bool) -> None:
    assert is_from(("192.0.2.7", "2001:db8::1/128"), remote, forwarded, TRUSTED) is admitted


def test_no_networks_admit_no_client() -> None:
    assert not is_from((), "127.0.0.1", "", ())


@pytest.mark.parametrize("client", ["address:1.2.3.4", "user:7", "key:0a1b2c3d", "address:unknown"])
def test_most_clients_have_one_bucket(client: str) -> None:
    assert buckets_of(client) == ((client, 1),)
    assert widest_network(client) == client


def test_an_ipv6_client_takes_from_the_networks_around_it_too() -> None:
    client = "log-in-address:2001:db8:12:3456::/64"
    assert buckets_of(client) == (
        (client, 1),
        ("log-in-address:2001:db8:12:3400::/56", 4),
        ("log-in-address:2001:db8:12::/48", 16),
    )
    assert widest_network(client) == "log-in-address:2001:db8:12::/48"

"""Only addresses of the public internet are asked, whatever name or form leads to another."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from merger.hooks.addresses import addresses_of, is_public
from merger.hooks.answers import HookFault

PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"]
NOT_PUBLIC = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "239.1.1.1"),
    *("::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::5db8:d70e", "2001::1", "4000::1"),
]


def soon() -> float:
    return time.monotonic() + 5


def resolving_to(*addresses: str) -> Any:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        found = []
        for each in addresses:
            family = socket.AF_INET6 if ":" in each else socket.AF_INET
            found.append((family, socket.SOCK_STREAM, 6, "", (each, port)))
        return found

    return resolve


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)
    found = addresses_of("hook.example", 443, soon(), private=False, resolve=resolving_to(address))
    assert [each for _, each in found] == [(address, 443)]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_other_addresses_are_refused_unless_allowed(address: str) -> None:
    assert not is_public(address)
    resolve = resolving_to(address)
    with pytest.raises(HookFault, match=r"host hook\.example has an address that is not public"):
        addresses_of("hook.example", 443, soon(), private=False, resolve=resolve)
    assert addresses_of("hook.example", 443, soon(), private=True, resolve=resolve)


def test_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(HookFault, match="not public"):
        addresses_of("h", 443, soon(), private=False, resolve=resolving_to(PUBLIC[0], "10.0.0.1"))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_names_and_odd_forms_that_the_system_resolves_to_this_machine_are_refused(host: str) -> None:
    with pytest.raises(HookFault, match=r"not public|no address"):
        addresses_of(host, 443, soon(), private=False)


@pytest.mark.parametrize("host", [f"{'a' * 70}.example", "a..b"])
def test_a_host_that_is_no_name_is_a_fault(host: str) -> None:
    with pytest.raises(HookFault, match="no address that can be found"):
        addresses_of(host, 443, soon(), private=False)


def test_a_resolver_that_hangs_is_left_behind() -> None:
    def hang(*_: Any, **__: Any) -> list[Any]:
        time.sleep(2)
        return []

    began = time.monotonic()
    with pytest.raises(HookFault, match="not found in time"):
        addresses_of("h", 443, began + 0.1, private=True, resolve=hang)
    assert time.monotonic() - began < 1

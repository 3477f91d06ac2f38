"""Finds the addresses of a hook's host, once, and refuses those that are not on the public internet."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from merger.hooks.answers import HookFault

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")

Found = tuple[socket.AddressFamily, tuple[Any, ...]]
"""Family and address of a socket."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also where it stands for an IPv4 address."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        if found not in _PUBLIC_IPV6:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def addresses_of(
    host: str,
    port: int,
    deadline: float,
    *,
    private: bool,
    resolve: Callable[..., list[Any]] = socket.getaddrinfo,
) -> list[Found]:
    """Resolves a host once; connections go to what is returned, never to its name.

    Args:
        host: its name or address.
        port: of the connection.
        deadline: by ``time.monotonic``.
        private: whether private addresses are allowed.
        resolve: as ``socket.getaddrinfo``.

    Raises:
        HookFault: it has no address, or one that is not allowed, or is not found in time.
    """
    results: queue.Queue[list[Any] | Exception] = queue.Queue()

    def look_up() -> None:
        try:
            results.put(resolve(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:  # UnicodeError: a label that is empty or too long
            results.put(error)

    # The resolver takes no deadline, so a thread waits for it that no one needs to wait for.
    threading.Thread(target=look_up, name="hook-resolver", daemon=True).start()
    try:
        found = results.get(timeout=max(deadline - time.monotonic(), 0))
    except queue.Empty:
        raise HookFault(f"the address of {host} was not found in time") from None
    if isinstance(found, Exception) or not found:
        raise HookFault(f"the host {host} has no address that can be found")
    if not private and not all(is_public(address[0]) for *_, address in found):
        raise HookFault(
            f"the host {host} has an address that is not public; RUN_HOOK_PRIVATE_ADDRESSES=1 allows such addresses"
        )
    return [(family, address) for family, _, _, _, address in found]

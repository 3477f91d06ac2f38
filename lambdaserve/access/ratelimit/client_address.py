"""Finds the address of a request's client behind trusted proxies, whatever the client claims.

Requirement S3.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

MAX_FORWARDED_CHARS = 1000
"""Characters of ``X-Forwarded-For`` that are read, from its end, where proxies add."""

_CACHE_SIZE = 8192

_OWN_NETWORK = "/64"
"""End of the name of an IPv6 client."""

WIDER_NETWORKS: Final = ((56, 4), (48, 16))
"""Lengths of the prefixes that providers give to one customer, each with its share: how many times the limit of a /64
all of its addresses together have. One customer's 65,536 networks thus have 16 times as much as one, not 65,536."""

_Address = IPv4Address | IPv6Address


def client_address(remote: str, forwarded: str, trusted: tuple[str, ...]) -> str:
    """Returns the nearest address that is not a trusted proxy's.

    ``X-Forwarded-For`` is accepted from trusted proxies only, and read from its end, where each adds the address that
    connected to it; what a client wrote before that changes nothing. IPv6 clients are identified by their first 64
    bits, since each of them has a whole /64 of addresses.

    Args:
        remote: address of the connection.
        forwarded: value of ``X-Forwarded-For``, empty where there is none.
        trusted: addresses and networks of proxies.
    """
    return _direct_client(remote, trusted) or _forwarded_client(remote, forwarded[-MAX_FORWARDED_CHARS:], trusted)


@lru_cache(_CACHE_SIZE)
def buckets_of(client: str) -> tuple[tuple[str, int], ...]:
    """Lists the buckets that a client's requests take from, each with its size in limits of the client.

    Args:
        client: a kind, a colon, and its name; an IPv6 network takes from those around it too.
    """
    kind, _, name = client.partition(":")
    if not name.endswith(_OWN_NETWORK):
        return ((client, 1),)
    own = IPv6Network(name)
    return ((client, 1), *((f"{kind}:{own.supernet(new_prefix=length)}", share) for length, share in WIDER_NETWORKS))


def widest_network(client: str) -> str:
    """Names all addresses that may be one customer's; an IPv4 address is one by itself.

    Args:
        client: as for ``buckets_of``.
    """
    return buckets_of(client)[-1][0]


def is_proxy(remote: str, trusted: tuple[str, ...]) -> bool:
    """Whether a connection is a trusted proxy's.

    Args:
        remote, trusted: as for ``client_address``.
    """
    return _direct_client(remote, trusted) is None


def is_from(networks: tuple[str, ...], remote: str, forwarded: str, trusted: tuple[str, ...]) -> bool:
    """Whether the client's own address is in some networks.

    A connection that is not a trusted proxy's and still brings ``X-Forwarded-For`` came through an undeclared proxy,
    or claims to: its origin is unknown, so the answer is no.

    Args:
        networks: addresses and networks.
        remote, forwarded, trusted: as for ``client_address``.
    """
    nearest = _parse(remote)
    if nearest is not None and forwarded:
        if not _is_trusted(nearest, trusted):
            return False
        nearest = _nearest_client(nearest, forwarded[-MAX_FORWARDED_CHARS:], trusted)
    return nearest is not None and _is_trusted(nearest, networks)


@lru_cache(_CACHE_SIZE)
def _direct_client(remote: str, trusted: tuple[str, ...]) -> str | None:
    """Names a client that connects directly; ``None`` for a trusted proxy."""
    address = _parse(remote)
    if address is None:
        return "unknown"
    return None if _is_trusted(address, trusted) else _name(address)


@lru_cache(_CACHE_SIZE)
def _forwarded_client(remote: str, forwarded: str, trusted: tuple[str, ...]) -> str:
    connected = _parse(remote)
    return "unknown" if connected is None else _name(_nearest_client(connected, forwarded, trusted))


def _nearest_client(connected: _Address, forwarded: str, trusted: tuple[str, ...]) -> _Address:
    nearest = connected
    for hop in reversed(forwarded.split(",")):
        address = _parse(hop)
        if address is None:
            break
        nearest = address
        if not _is_trusted(address, trusted):
            break
    return nearest


def _parse(text: str) -> _Address | None:
    """Reads an address, perhaps with brackets and a port; ``None`` for anything else."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: _Address, trusted: tuple[str, ...]) -> bool:
    return any(address in network for network in _networks(trusted))


@lru_cache(16)
def _networks(trusted: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each, strict=False) for each in trusted)


def _name(address: _Address) -> str:
    if address.version == 4:
        return str(address)
    return str(ip_network((int(address), 64), strict=False))

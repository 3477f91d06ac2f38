"""Where Redis is, as ``REDIS_URL`` says it: one server, the one that Sentinels name, or a Cluster.

::

    redis://[user:password@]host:6379/0                         one server
    rediss://…                                                  the same by TLS
    unix:///path/to/socket                                      the same by a socket
    redis+sentinel://[user:password@]host:26379,host:26379/service[/0]
    redis+cluster://[user:password@]host:6379,host:6379

User and password are those of the data; ``sentinel_username`` and ``sentinel_password`` in the query are those of the
Sentinels. Whatever else the query says goes to the client's connections, as ``ssl_ca_certs`` does. ``rediss+sentinel``
and ``rediss+cluster`` use TLS throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

TAKES: Final = (
    "an address that starts with redis://, rediss:// or unix://, "
    "or redis+sentinel://host:port,…/service, or redis+cluster://host:port,…"
)


_SENTINELS_OWN: Final = {"sentinel_username": "username", "sentinel_password": "password"}


_PORTS: Final = {"sentinel": 26379, "cluster": 6379}


class Deployment(StrEnum):
    """How Redis is run."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A ``REDIS_URL``, taken apart.

    Args:
        deployment: how Redis is run.
        url: for the connections that carry data; by Sentinels its host is the service's name, of a Cluster
            it is the first.
        hosts: host and port of each Sentinel, or of those nodes of a Cluster that are asked for the others.
        is_encrypted: whether TLS is used.
        of_sentinels: user name and password for the Sentinels themselves.
    """

    deployment: Deployment
    url: str
    hosts: tuple[tuple[str, int], ...] = ()
    is_encrypted: bool = False
    of_sentinels: tuple[tuple[str, str], ...] = ()


def parsed(text: str) -> RedisAddress:
    """Takes an address apart.

    Args:
        text: as in the head of this module.

    Raises:
        ValueError: it is none of these.
    """
    parts = urlsplit(text)
    scheme, _, deployment = parts.scheme.partition("+")
    if not deployment:
        if scheme not in ("redis", "rediss", "unix") or not (parts.netloc or parts.path):
            raise ValueError("a REDIS_URL is " + TAKES)
        return RedisAddress(Deployment.SINGLE, text, is_encrypted=scheme == "rediss")
    if scheme not in ("redis", "rediss") or deployment not in _PORTS:
        raise ValueError("a REDIS_URL is " + TAKES)
    who, _, places = parts.netloc.rpartition("@")
    hosts = tuple(_host(each, _PORTS[deployment]) for each in places.split(","))
    query = parse_qsl(parts.query, keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in query if name not in _SENTINELS_OWN])
    login, tail = f"{who}@" if who else "", f"?{rest}" if rest else ""
    if deployment == Deployment.CLUSTER:
        if parts.path.strip("/") not in ("", "0"):
            raise ValueError("a Redis Cluster has database 0 and no other")
        return RedisAddress(
            Deployment.CLUSTER, f"{scheme}://{login}{_spelled(*hosts[0])}{tail}", hosts, scheme == "rediss"
        )
    service, _, database = parts.path.strip("/").partition("/")
    if not service or (database and not database.isdecimal()):
        raise ValueError("redis+sentinel:// ends in the service's name, and perhaps in a database's number")
    return RedisAddress(
        Deployment.SENTINEL,
        f"{scheme}://{login}{service}/{database or 0}{tail}",
        hosts,
        scheme == "rediss",
        tuple((_SENTINELS_OWN[name], value) for name, value in query if name in _SENTINELS_OWN),
    )


def _host(text: str, default: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("a REDIS_URL names each host, with its port where that is not the usual one")
    return unquote(parts.hostname), parts.port or default


def _spelled(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

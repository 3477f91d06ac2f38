"""Parses ``REDIS_URL``: one server, a service behind Sentinels, or a Cluster.

::

    redis://[user:password@]host:6379/0                         one server
    rediss://…                                                  the same over TLS
    unix:///path/to/socket                                      the same over a socket
    redis+sentinel://[user:password@]host:26379,host:26379/service[/0]
    redis+cluster://[user:password@]host:6379,host:6379

User and password are those of the data servers; the query's ``sentinel_username`` and ``sentinel_password`` are those
of the Sentinels. The rest of the query, such as ``ssl_ca_certs``, goes to the client's connections.
``rediss+sentinel`` and ``rediss+cluster`` use TLS throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

ACCEPTED_FORMS: Final = (
    "an address that starts with redis://, rediss:// or unix://, "
    "or redis+sentinel://host:port,…/service, or redis+cluster://host:port,…"
)


_SENTINEL_OPTIONS: Final = {"sentinel_username": "username", "sentinel_password": "password"}


_DEFAULT_PORTS: Final = {"sentinel": 26379, "cluster": 6379}


class Deployment(StrEnum):
    """How Redis is deployed."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A parsed ``REDIS_URL``.

    Args:
        deployment: how Redis is deployed.
        url: for the connections that carry data; behind Sentinels its host is the service's name, in a Cluster the
            first node.
        hosts: host and port of each Sentinel, or of the Cluster nodes that are asked for the others.
        is_encrypted: whether TLS is used.
        sentinel_credentials: ``username`` and ``password`` for the Sentinels themselves.
    """

    deployment: Deployment
    url: str
    hosts: tuple[tuple[str, int], ...] = ()
    is_encrypted: bool = False
    sentinel_credentials: tuple[tuple[str, str], ...] = ()


def parse_redis_url(text: str) -> RedisAddress:
    """Parses an address.

    Args:
        text: an address in one of the forms above.

    Raises:
        ValueError: it has none of these forms.
    """
    parts = urlsplit(text)
    scheme, _, deployment = parts.scheme.partition("+")
    if not deployment:
        if scheme not in ("redis", "rediss", "unix") or not (parts.netloc or parts.path):
            raise ValueError("REDIS_URL must be " + ACCEPTED_FORMS)
        return RedisAddress(Deployment.SINGLE, text, is_encrypted=scheme == "rediss")
    if scheme not in ("redis", "rediss") or deployment not in _DEFAULT_PORTS:
        raise ValueError("REDIS_URL must be " + ACCEPTED_FORMS)
    is_encrypted = scheme == "rediss"
    login, _, hosts_text = parts.netloc.rpartition("@")
    hosts = tuple(_parse_host(each, _DEFAULT_PORTS[deployment]) for each in hosts_text.split(","))
    query = parse_qsl(parts.query, keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in query if name not in _SENTINEL_OPTIONS])
    userinfo, tail = f"{login}@" if login else "", f"?{rest}" if rest else ""
    if deployment == Deployment.CLUSTER:
        if parts.path.strip("/") not in ("", "0"):
            raise ValueError("a Redis Cluster has database 0 only")
        url = f"{scheme}://{userinfo}{_join_host_port(*hosts[0])}{tail}"
        return RedisAddress(Deployment.CLUSTER, url, hosts, is_encrypted)
    service, _, database = parts.path.strip("/").partition("/")
    if not service or (database and not database.isdecimal()):
        raise ValueError("redis+sentinel:// must end in /service or /service/database, the database being a number")
    url = f"{scheme}://{userinfo}{service}/{database or 0}{tail}"
    credentials = tuple((_SENTINEL_OPTIONS[name], value) for name, value in query if name in _SENTINEL_OPTIONS)
    return RedisAddress(Deployment.SENTINEL, url, hosts, is_encrypted, credentials)


def _parse_host(text: str, default: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("REDIS_URL must name each host, and its port if that is not the default")
    return unquote(parts.hostname), parts.port or default


def _join_host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

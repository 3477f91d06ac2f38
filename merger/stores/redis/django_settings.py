"""Django's cache settings for each way that Redis may be run."""

from __future__ import annotations

from typing import Any

from redis.connection import parse_url

from merger.stores.redis.address import Deployment, RedisAddress

_TIMEOUT = 0.1
"""Seconds. A cache that is away must cost less than what it saves (C5)."""


def cache_settings(address: RedisAddress) -> dict[str, Any]:
    """An entry of ``CACHES``.

    Args:
        address: of Redis.
    """
    # No second try either, which by default takes seconds.
    options: dict[str, Any] = {
        "SOCKET_CONNECT_TIMEOUT": _TIMEOUT,
        "SOCKET_TIMEOUT": _TIMEOUT,
        "CONNECTION_POOL_KWARGS": {"retry": None},
    }
    location = address.url
    if address.deployment is Deployment.SENTINEL:
        told: dict[str, Any] = parse_url(address.url)  # type: ignore[no-untyped-call]
        encrypted = {name: value for name, value in told.items() if name.startswith("ssl_")}
        options |= {
            "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
            "SENTINELS": list(address.hosts),
            "SENTINEL_KWARGS": {
                "socket_connect_timeout": _TIMEOUT,
                "socket_timeout": _TIMEOUT,
                "retry": None,
                "ssl": address.is_encrypted,
                **encrypted,
                **dict(address.of_sentinels),
            },
        }
        if address.is_encrypted:
            # The pool knows a connection of its own by this; a scheme would choose one that no Sentinel directs.
            location = location.replace("rediss://", "redis://", 1)
            options["CONNECTION_POOL_KWARGS"] |= {"ssl": True}
    elif address.deployment is Deployment.CLUSTER:
        options |= {
            "CONNECTION_FACTORY": "merger.stores.redis.cluster.ClusterConnectionFactory",
            "NODES": list(address.hosts),
        }
    return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": location, "OPTIONS": options}

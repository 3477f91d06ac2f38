"""Django's cache settings for each deployment of Redis."""

from __future__ import annotations

from typing import Any

from redis.connection import parse_url

from merger.stores.redis.address import Deployment, RedisAddress

_TIMEOUT_SECONDS = 0.1
"""Time limit of every call: an absent cache must cost less than a present one saves.

Requirement C5.
"""


def cache_settings(address: RedisAddress) -> dict[str, Any]:
    """Returns an entry of ``CACHES``.

    Args:
        address: where Redis is.
    """
    # No retry: by default it takes seconds.
    options: dict[str, Any] = {
        "SOCKET_CONNECT_TIMEOUT": _TIMEOUT_SECONDS,
        "SOCKET_TIMEOUT": _TIMEOUT_SECONDS,
        "CONNECTION_POOL_KWARGS": {"retry": None},
    }
    location = address.url
    if address.deployment is Deployment.SENTINEL:
        parsed: dict[str, Any] = parse_url(address.url)  # type: ignore[no-untyped-call]
        encrypted = {name: value for name, value in parsed.items() if name.startswith("ssl_")}
        options |= {
            "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
            "SENTINELS": list(address.hosts),
            "SENTINEL_KWARGS": {
                "socket_connect_timeout": _TIMEOUT_SECONDS,
                "socket_timeout": _TIMEOUT_SECONDS,
                "retry": None,
                "ssl": address.is_encrypted,
                **encrypted,
                **dict(address.sentinel_credentials),
            },
        }
        if address.is_encrypted:
            # This option selects the pool's TLS connection; the scheme would select one that Sentinels do not direct.
            location = location.replace("rediss://", "redis://", 1)
            options["CONNECTION_POOL_KWARGS"] |= {"ssl": True}
    elif address.deployment is Deployment.CLUSTER:
        options |= {
            "CONNECTION_FACTORY": "merger.stores.redis.cluster.ClusterConnectionFactory",
            "NODES": list(address.hosts),
        }
    return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": location, "OPTIONS": options}

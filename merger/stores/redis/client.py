"""The Redis link of this process."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis

from merger.stores.redis.address import Deployment
from merger.stores.redis.cluster import TAGS
from merger.stores.redis.link import RedisLink


@cache
def redis_link() -> RedisLink:
    """Returns the process's link to Redis. It connects on first use, not here."""
    is_cluster = settings.REDIS_ADDRESS.deployment is Deployment.CLUSTER
    return RedisLink(_redis, tags=TAGS if is_cluster else ("",))


@cache
def _redis() -> Redis:
    # One client serves all threads. Fetched by each of them, it would be looked up and closed for every request.
    connection: Redis = get_redis_connection("default")
    return connection

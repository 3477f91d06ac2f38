"""Redis Cluster: hash tags that keep keys together, and a client that knows the nodes.

A Cluster refuses an operation whose keys lie in different hash slots. So everything about one cached answer, its
generations included, lies in one *partition*: keys that share a hash tag, the text in braces that alone decides the
slot (https://valkey.io/topics/cluster-spec/, "Hash tags").
"""

from __future__ import annotations

from typing import Any, Final

from django_redis.pool import ConnectionFactory
from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.connection import parse_url
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisClusterException
from redis.retry import Retry

PARTITIONS: Final = 16
"""Number of partitions of the cache, hence of masters that can share it. Bumping a generation writes to each."""


def _tags() -> tuple[str, ...]:
    """Returns one tag per sixteenth of the slots, so that masters with equal slots hold equal shares of the keys."""
    found: dict[int, str] = {}
    number = 0
    while len(found) < PARTITIONS:
        found.setdefault(key_slot(b"%d" % number) * PARTITIONS // REDIS_CLUSTER_HASH_SLOTS, f"{{{number}}}")
        number += 1
    return tuple(found[part] for part in range(PARTITIONS))


TAGS: Final = _tags()


class ClusterConnectionFactory(ConnectionFactory):  # type: ignore[misc]  # it has no types of its own
    """Makes Cluster clients for django-redis.

    Args:
        options: the cache's ``NODES`` (host and port of some nodes), and ``SOCKET_…`` as for a single server.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self._client: RedisCluster | None = None

    def connect(self, url: str) -> Any:
        """Returns the client, which it makes on the first call.

        Args:
            url: user, password and options of every connection.

        Raises:
            redis.exceptions.ConnectionError: no node named the others.
        """
        if self._client is None:
            wanted = {**parse_url(url), **self.make_connection_params(url)}  # type: ignore[no-untyped-call]
            for name in ("url", "host", "port", "db", "parser_class"):
                wanted.pop(name, None)
            if wanted.pop("connection_class", None) is not None:
                wanted["ssl"] = True
            nodes = [ClusterNode(*place) for place in self.options["NODES"]]  # type: ignore[no-untyped-call]
            try:
                # No retry of a node that has just failed: the link notices when it is replaced.
                self._client = RedisCluster(startup_nodes=nodes, retry=Retry(NoBackoff(), 0), **wanted)
            except RedisClusterException as error:
                raise NoConnection(str(error)) from error
        return self._client

    def disconnect(self, connection: Any) -> None:
        """Closes a client that ``connect`` returned."""
        connection.close()


def writable_servers(redis: Redis | RedisCluster) -> list[Redis]:
    """Returns a client for each server that accepts writes: the only one, or every master of a Cluster."""
    if not isinstance(redis, RedisCluster):
        return [redis]
    return [redis.get_redis_connection(node) for node in redis.get_primaries()]  # type: ignore[no-untyped-call]


def ping_redis(redis: Redis | RedisCluster) -> None:
    """Raises unless Redis answers; a Cluster must answer for every partition, since one without a master is no use."""
    if isinstance(redis, RedisCluster):
        for tag in TAGS:
            redis.exists(tag)
    else:
        redis.ping()

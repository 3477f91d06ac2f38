"""What a Redis Cluster needs beyond one server: keys that lie together, and a client that knows its nodes.

One operation names keys of one hash slot, or the Cluster refuses it. All that concerns one cached answer, its
generations included, therefore lies in one *partition*: keys that share a hash tag, the text in braces that alone
decides on the slot (https://valkey.io/topics/cluster-spec/, "Hash tags").
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
"""Of the cache in a Cluster: so many masters can share it. Raising a generation writes it into each of them."""


def _tags() -> tuple[str, ...]:
    """One for each sixteenth of the slots, so that masters which share the slots evenly share the cache evenly."""
    found: dict[int, str] = {}
    number = 0
    while len(found) < PARTITIONS:
        found.setdefault(key_slot(b"%d" % number) * PARTITIONS // REDIS_CLUSTER_HASH_SLOTS, f"{{{number}}}")
        number += 1
    return tuple(found[part] for part in range(PARTITIONS))


TAGS: Final = _tags()


class ClusterConnectionFactory(ConnectionFactory):  # type: ignore[misc]  # it has no types of its own
    """Gives django-redis a client of a Cluster.

    Args:
        options: of the cache: ``NODES``, host and port of some of its nodes, and ``SOCKET_…`` as for one server.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self._client: RedisCluster | None = None

    def connect(self, url: str) -> Any:
        """The client of this process.

        Args:
            url: user, password and options of every connection.

        Raises:
            redis.exceptions.ConnectionError: no node told of the others.
        """
        if self._client is None:
            wanted = {**parse_url(url), **self.make_connection_params(url)}  # type: ignore[no-untyped-call]
            for name in ("url", "host", "port", "db", "parser_class"):
                wanted.pop(name, None)
            if wanted.pop("connection_class", None) is not None:
                wanted["ssl"] = True
            nodes = [ClusterNode(*place) for place in self.options["NODES"]]  # type: ignore[no-untyped-call]
            try:
                # A node that has just failed is asked no second time; the link finds out when it is replaced.
                self._client = RedisCluster(startup_nodes=nodes, retry=Retry(NoBackoff(), 0), **wanted)
            except RedisClusterException as error:
                raise NoConnection(str(error)) from error
        return self._client

    def disconnect(self, connection: Any) -> None:
        """Closes a client.

        Args:
            connection: that ``connect`` gave.
        """
        connection.close()


def servers(redis: Redis | RedisCluster) -> list[Redis]:
    """A client of each server that is written to: of the one, or of every master of a Cluster."""
    if not isinstance(redis, RedisCluster):
        return [redis]
    return [redis.get_redis_connection(node) for node in redis.get_primaries()]  # type: ignore[no-untyped-call]


def look(redis: Redis | RedisCluster) -> None:
    """One round trip, in a Cluster one for each partition: while some slots have no master, it is away as a whole."""
    if isinstance(redis, RedisCluster):
        for tag in TAGS:
            redis.exists(tag)
    else:
        redis.ping()

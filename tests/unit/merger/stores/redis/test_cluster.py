"""Hash tags spread the cache over a Cluster; what needs running nodes is in ``test_redis_deployments``."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import ConnectionError as NoConnection

from lambdaserve.server.embedded_stores import free_port
from merger.stores.redis.cluster import PARTITIONS, TAGS, ClusterConnectionFactory, ping_redis, writable_servers


def test_tags_differ_and_each_lies_in_its_own_sixteenth_of_the_slots() -> None:
    assert len(set(TAGS)) == PARTITIONS
    shares = [key_slot(tag.strip("{}").encode()) * PARTITIONS // REDIS_CLUSTER_HASH_SLOTS for tag in TAGS]
    assert shares == list(range(PARTITIONS))


def test_cluster_without_a_reachable_node_raises_a_connection_error() -> None:
    options: dict[str, Any] = {"NODES": [("127.0.0.1", free_port())], "SOCKET_CONNECT_TIMEOUT": 0.2}
    with pytest.raises(NoConnection):
        ClusterConnectionFactory(options).connect("redis://127.0.0.1")


def test_single_server_is_the_only_writable_one_and_answers_a_ping(redis_client: Redis) -> None:
    assert writable_servers(redis_client) == [redis_client]
    ping_redis(redis_client)

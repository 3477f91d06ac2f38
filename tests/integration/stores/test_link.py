"""The link to Redis: one connection per thread, reopened when the server has closed it."""

from __future__ import annotations

import threading
import time

import pytest
from redis import Redis, Sentinel

from merger.cache.redis_tier import RedisTier
from merger.stores.redis.link import RedisLink, RedisRefused


def test_connection_closed_by_the_server_is_reopened_at_once(redis_client: Redis) -> None:
    link = RedisLink(lambda: redis_client)
    assert link.command("SET", "a", "1") == b"OK"
    redis_client.client_kill_filter(_type="normal", skipme=True)
    time.sleep(0.05)
    assert link.command("GET", "a") == b"1"
    assert not link.is_away


def test_refused_command_leaves_the_connection_usable(redis_client: Redis) -> None:
    link = RedisLink(lambda: redis_client)
    redis_client.lpush("list", 1)
    with pytest.raises(RedisRefused, match="WRONGTYPE"):
        link.command("GET", "list")
    assert link.command("LLEN", "list") == 1
    assert not link.is_away


def test_claim_is_granted_again_when_its_reply_was_lost(redis_client: Redis) -> None:
    tier = RedisTier(RedisLink(lambda: redis_client), "tests:")
    assert tier.claim("key", "ours", 10) == (True, None)
    assert tier.claim("key", "ours", 10) == (True, None)
    assert tier.claim("key", "theirs", 10) == (False, None)


def test_each_thread_has_one_connection_of_its_own(redis_client: Redis) -> None:
    link = RedisLink(lambda: redis_client)
    ids = [link.command("CLIENT", "ID"), link.command("CLIENT", "ID")]
    other = threading.Thread(target=lambda: ids.append(link.command("CLIENT", "ID")))
    other.start()
    other.join(5)
    assert ids[0] == ids[1]
    assert ids[2] != ids[0]


def test_redis_py_has_every_attribute_the_link_relies_on() -> None:
    clients = [
        Redis(),
        Redis(unix_socket_path="/run/redis.sock"),
        Redis(ssl=True),
        Sentinel([("127.0.0.1", 1)]).master_for("cache"),  # type: ignore[no-untyped-call]  # redis-py has no types here
    ]
    for client in clients:
        pool = client.connection_pool
        connection = pool.connection_class(**pool.connection_kwargs)
        for name in ("connect", "send_command", "read_response", "disconnect"):
            assert callable(getattr(connection, name)), (client, name)

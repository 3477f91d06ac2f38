"""Values of other programs in Redis are told from other errors."""

from __future__ import annotations

import pytest
from redis import Redis, ResponseError

from merger.stores.redis.foreign import is_foreign, unless_foreign


def test_a_value_of_another_type_counts_as_none(redis_client: Redis) -> None:
    redis_client.set("key", "x")
    assert unless_foreign(lambda: bool(redis_client.hgetall("key")), default=False) is False
    assert unless_foreign(lambda: int(redis_client.incr("key")), 0) == 0
    assert unless_foreign(lambda: redis_client.get("key"), None) == b"x"


def test_any_other_error_is_raised(redis_client: Redis) -> None:
    with pytest.raises(ResponseError):
        unless_foreign(lambda: redis_client.eval("return redis.error_reply('another')", 0), None)
    assert not is_foreign(b"WRONGTYPE")
    assert not is_foreign(ResponseError("OOM command not allowed when used memory > 'maxmemory'."))

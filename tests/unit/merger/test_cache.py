"""The cache in front of Redis: its entries, and what it does when Redis is away or holds something else (C2, C5)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from merger.cache import LEAVE_ALONE, Entry, RedisCache

MADE = datetime(2026, 5, 4, 15, 20, 1, 500_000, tzinfo=UTC)
MISSING = (
    (None, MADE.replace(microsecond=0)),
    (MADE.replace(hour=16, microsecond=0), MADE.replace(hour=17, microsecond=0)),
)


class BrokenRedis:
    """Redis away: there is no other way to see how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def get(self, key: str) -> Any:
        self.asked += 1
        raise RedisConnectionError("away")

    set = get


def test_an_entry_survives_its_bytes() -> None:
    entry = Entry.of(b'{"title":"a\\nb"}', MADE, 60, MISSING)
    assert Entry.decoded(entry.encoded()) == entry


def test_a_body_with_line_breaks_survives() -> None:
    entry = Entry.of(b'{"a":\n1}\n\n', MADE, 60, ())
    assert Entry.decoded(entry.encoded()).body == b'{"a":\n1}\n\n'


@pytest.mark.parametrize(
    "raw", [b"", b"\x80\x04pickle", b"{}\n{}", b"[]\n{}", b'{"etag":1,"made":1e99,"ttl":1,"missing":[]}\n']
)
def test_bytes_that_are_no_entry_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Entry.decoded(raw)


def test_redis_away_is_asked_once_in_a_while_only() -> None:
    seconds, redis = [0.0], BrokenRedis()
    cache = RedisCache(lambda: redis, "n:", lambda: seconds[0])  # type: ignore[arg-type, return-value]  # a broken stand-in
    for _ in range(50):
        assert cache.get("k") is None
        cache.set("k", Entry.of(b"{}", MADE, 60, ()))
    assert redis.asked == 1
    seconds[0] = LEAVE_ALONE + 0.1
    cache.get("k")
    assert redis.asked == 2

"""Damaged, foreign and hostile values in Redis cost a computation, never a wrong answer.

Requirements C2 and C6.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from redis import Redis

from merger.cache import entry as entries
from merger.cache.entry import COMPRESS_FROM, Entry
from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, of_movie
from merger.cache.terms import CacheRequest
from tests.integration.cache.cached import SECRET, Cached, about

HUGE = b"9" * 5000


def raw_of(redis: Redis, key: str) -> bytes:
    found = redis.get(key)
    assert isinstance(found, bytes)
    return found


def sealed(request: CacheRequest, head: object) -> bytes:
    """An entry with the right seal and a head of another build."""
    content = orjson.dumps(head) + b"\n{}"
    return entries._seal(request.key, SECRET, content) + content


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda raw: raw[:0] + b"",
    "a byte": lambda raw: raw[:0] + b"\x00",
    "garbage": lambda raw: raw[:0] + b"\x80\xff" * 200,
    "a pickle": lambda raw: raw[:0] + b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    "an integer": lambda raw: raw[:0] + b"17",
    "cut in the middle": lambda raw: raw[: len(raw) // 2],
    "cut at the end": lambda raw: raw[:-1],
    "longer": lambda raw: raw + b" ",
    "a bit of the body": lambda raw: raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:],
    "a bit of the seal": lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
    "without a seal": lambda raw: raw[16:],
    "a head alone": lambda raw: raw.partition(b"\n")[0],
    "other JSON": lambda raw: raw[:0] + b'{"key": "movies.details:1", "value": 666, "freshness": {"warnings": []}}',
}


@pytest.mark.parametrize("size", [0, COMPRESS_FROM], ids=["small", "gzipped"])
@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_damaged_entry_is_recomputed_and_replaced(
    redis_client: Redis, spoil: Callable[[bytes], bytes], size: int
) -> None:
    cached, request = Cached(redis_client), about()
    cached.padding = "x" * size
    cached.state(request)
    redis_client.set(cached.stored(request), spoil(raw_of(redis_client, cached.stored(request))))
    cached.value = 1
    assert cached.after(1).fetch(request) == ("MISS", 1, [])
    assert cached.after(1).fetch(request) == ("HIT", 1, [])


@pytest.mark.parametrize(
    "head", [None, 1, [], {}, {"etag": "x"}, {"gzip": False, "missing": None}, {"missing": [{}], "absent": True}]
)
def test_entry_of_another_build_is_recomputed(redis_client: Redis, head: object) -> None:
    cached, request = Cached(redis_client), about()
    redis_client.set(cached.stored(request), sealed(request, head))
    assert cached.state(request) == "MISS"


def test_entry_of_another_build_with_more_generations_is_recomputed(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    longer = CacheRequest(request.ident, request.view, request.key, (*request.generations, "more"))
    cached.state(longer)
    cached.value = 1
    assert cached.after(1).fetch(request) == ("MISS", 1, [])
    assert cached.after(1).fetch(longer)[:2] == ("MISS", 1)


def test_entry_of_another_request_is_refused(redis_client: Redis) -> None:
    cached, one, other = Cached(redis_client), about(1), about(2)
    cached.state(one)
    redis_client.copy(cached.stored(one), cached.stored(other))
    assert cached.state(other) == "MISS"


def test_entry_sealed_with_another_secret_is_refused(redis_client: Redis) -> None:
    stranger, request = Cached(redis_client, secret=b"another secret of tests"), about()
    stranger.value = 666
    stranger.state(request)
    cached = Cached(redis_client)
    assert cached.fetch(request) == ("MISS", 0, [])
    assert cached.after(1).fetch(request) == ("HIT", 0, [])


@pytest.mark.parametrize("kind", ["list", "hash", "set", "stream"])
def test_value_of_another_type_under_an_entry_key_is_replaced(redis_client: Redis, kind: str) -> None:
    cached, request = Cached(redis_client), about()
    _put(redis_client, cached.stored(request), kind)
    assert cached.state(request) == "MISS"
    assert cached.after(1).state(request) == "HIT"


def _put(redis: Redis, key: str, kind: str) -> None:
    redis.delete(key)
    if kind == "list":
        redis.rpush(key, "x")
    elif kind == "hash":
        redis.hset(key, "x", "y")
    elif kind == "set":
        redis.sadd(key, "x")
    else:
        redis.xadd(key, {"x": "y"})


def test_value_of_another_type_under_a_claim_key_delays_one_request(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    _put(redis_client, "tests:l:movies.details:1", "list")
    cached.cache.monotonic = _running_fast(cached)
    assert cached.state(request) == "MISS"
    assert cached.moment < cached.cache.rules.wait + 0.5
    assert cached.after(1).state(request) == "HIT"


def _running_fast(cached: Cached) -> Callable[[], float]:
    """A monotonic clock that moves by a tenth of a second whenever it is read."""

    def read() -> float:
        cached.moment += 0.1
        return 1000 + cached.moment

    return read


POISONED = {
    "empty": b"",
    "text": b"abc",
    "negative": b"-5",
    "fraction": b"1.5",
    "infinite": b"inf",
    "hexadecimal": b"0x7fffffffffffffff",
    "nan": b"nan",
    "beyond": b"1e400",
    "superscript": "²".encode(),
    "huge": HUGE,
    "longest": b"9" * 16,
    "spaces": b" 12 ",
    "a zero byte": b"1\x002",
}


@pytest.mark.parametrize("name", [ALL_GENERATION, BATCH_GENERATION, of_movie(1)])
@pytest.mark.parametrize("value", POISONED.values(), ids=POISONED.keys())
def test_poisoned_generation_counts_as_none_and_can_still_be_bumped(
    redis_client: Redis, name: str, value: bytes
) -> None:
    cached, request = Cached(redis_client), about()
    redis_client.set(f"tests:g:{name}", value)
    assert cached.state(request) == "MISS"
    assert cached.after(1).state(request) == "HIT"
    cached.redis_tier.advance([name])
    assert cached.after(1).state(request) == "MISS"


@pytest.mark.parametrize("name", [ALL_GENERATION, BATCH_GENERATION, of_movie(1)])
def test_generation_of_another_type_counts_as_none_and_can_still_be_bumped(redis_client: Redis, name: str) -> None:
    cached, request = Cached(redis_client), about()
    _put(redis_client, f"tests:g:{name}", "list")
    assert cached.state(request) == "MISS"
    assert cached.after(1).state(request) == "HIT"
    cached.redis_tier.advance([name])
    assert cached.after(1).state(request) == "MISS"
    assert cached.after(1).state(request) == "HIT"


def test_two_versions_of_the_service_share_redis_without_sharing_entries(redis_client: Redis) -> None:
    one, request = Cached(redis_client, namespace="one:"), about()
    other = Cached(redis_client, one, namespace="other:")
    assert (one.state(request), other.state(request)) == ("MISS", "MISS")
    one.redis_tier.advance([ALL_GENERATION])
    assert (one.after(1).state(request), other.state(request)) == ("MISS", "HIT")
    ones, others = redis_client.keys("one:*"), redis_client.keys("other:*")
    assert len(ones) == len(others) == redis_client.dbsize() / 2


def test_stored_entries_always_unpack(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.padding = "x" * COMPRESS_FROM
    cached.state(request)
    held = Entry.decode(raw_of(redis_client, cached.stored(request)), request.key, SECRET)
    assert held.compressed
    assert orjson.loads(held.body)["padding"] == cached.padding


def test_an_entry_of_a_host_whose_clock_is_ahead_is_recomputed_at_once(redis_client: Redis) -> None:
    ahead, request = Cached(redis_client), about()
    ahead.after(6 * 3600).state(request)
    right = Cached(redis_client)
    right.value = 1
    assert right.fetch(request) == ("MISS", 1, [])
    assert right.after(1).fetch(request) == ("HIT", 1, [])


def test_an_entry_of_a_host_whose_clock_differs_a_little_is_served(redis_client: Redis) -> None:
    ahead, request = Cached(redis_client), about()
    ahead.after(2).state(request)
    assert Cached(redis_client).state(request) == "HIT"

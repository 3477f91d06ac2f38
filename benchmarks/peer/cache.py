"""The peer's cache of encoded answers and, in guarded mode, its key check and its token bucket.

One round trip to Redis per request: the bucket's script and the read of the answer go in one pipeline.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from fastapi import HTTPException
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

KEYS = "peer_api_keys"
"""Collection of the digests of the keys that the peer accepts, as ``_id``."""

_KEY_KEPT = 5.0
"""Seconds for which a checked key is remembered; a revocation takes effect within them."""

_BUCKET = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(state[1]) or burst) + (now - (tonumber(state[2]) or now)) * rate)
local granted = tokens >= 1
if granted then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return {granted and 1 or 0, math.floor(tokens), granted and 0 or math.ceil((1 - tokens) / rate)}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """Rate limit of each client: tokens per second, and the size of its bucket."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Served:
    """An answer: its bytes and entity tag, whether it was in the cache, its age and lifetime in seconds."""

    body: bytes
    etag: str
    hit: bool
    age: int
    ttl: int
    remaining: int | None


class ApiKeys:
    """Checks keys against their stored digests; each is looked up once every few seconds.

    Args:
        database: holds the digests.
    """

    def __init__(self, database: AsyncDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._known: dict[str, tuple[float, bool]] = {}

    async def client(self, key: str | None) -> str:
        """Returns the client of a key, by the key's digest.

        Raises:
            HTTPException: 401, for a key that is missing or unknown.
        """
        if key is None:
            raise HTTPException(401, "An API key is needed.")
        digest = hashlib.sha256(key.encode()).hexdigest()
        until, valid = self._known.get(digest, (0.0, False))
        if until < time.monotonic():
            valid = await self._database[KEYS].find_one({"_id": digest}) is not None
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[digest] = (time.monotonic() + _KEY_KEPT, valid)
        if not valid:
            raise HTTPException(401, "The API key is not known.")
        return digest


class AnswerCache:
    """Encoded answers in Redis, each computed by one task at a time in this process.

    Args:
        redis: the client.
        limit: of each client; ``None``: no limit.
    """

    def __init__(self, redis: Redis, limit: Limit | None) -> None:
        self._redis = redis
        self._limit = limit
        self._script = redis.register_script(_BUCKET)
        self._computing: dict[str, asyncio.Task[bytes]] = {}

    async def start(self) -> None:
        """Loads the script, so that requests may name it by its digest."""
        await self._redis.script_load(_BUCKET)

    async def serve(
        self, key: str, ttl: int, compute: Callable[[], Awaitable[dict[str, Any]]], client: str | None
    ) -> Served:
        """Returns the answer from Redis, or computes and stores it.

        Args:
            key: of the answer.
            ttl: seconds that it keeps.
            compute: makes it.
            client: whose bucket pays; ``None`` where there is no limit.

        Raises:
            HTTPException: 429, when the bucket is empty; and whatever ``compute`` raises.
        """
        stored, remaining = await self._read(key, client)
        hit = stored is not None
        if stored is None:
            stored = await self._compute_once(key, ttl, compute)
        head, _, body = stored.partition(b"\n")
        etag, made, life = head.decode().split(" ")
        age = max(0, int(time.time() - float(made)))
        return Served(body, etag, hit, age, int(life), remaining)

    async def _read(self, key: str, client: str | None) -> tuple[bytes | None, int | None]:
        if client is None or self._limit is None:
            return cast("bytes | None", await self._redis.get(key)), None
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.evalsha(self._script.sha, 1, f"bucket:{client}", str(self._limit.rate), str(self._limit.burst))
            pipe.get(key)
            (granted, remaining, wait), stored = await pipe.execute()
        if not granted:
            raise HTTPException(429, "Too many requests.", headers={"Retry-After": str(wait)})
        return stored, remaining

    async def _compute_once(self, key: str, ttl: int, compute: Callable[[], Awaitable[dict[str, Any]]]) -> bytes:
        task = self._computing.get(key)
        if task is None:
            task = asyncio.create_task(self._compute(key, ttl, compute))
            self._computing[key] = task
            task.add_done_callback(lambda _: self._computing.pop(key, None))
        return await asyncio.shield(task)

    async def _compute(self, key: str, ttl: int, compute: Callable[[], Awaitable[dict[str, Any]]]) -> bytes:
        body = orjson.dumps(await compute())
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        stored = f'"{digest}" {time.time():.3f} {ttl}\n'.encode() + body
        await self._redis.set(key, stored, ex=ttl)
        return stored

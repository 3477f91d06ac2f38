"""The cache tier that all processes share: its keys in Redis, and the scripts that read and write them.

A *generation* is a number. An entry counts only while the generations that it was computed under are unchanged, so
bumping one invalidates every older entry at once, whatever their number. Some are bumped by hand (``all``, ``view:…``,
``movie:…``), some by the leading watcher when data change (``batch``, ``changed:…``). A generation outlives every entry
that was computed before it, unless Redis runs full and evicts it: then an entry that it invalidated may count again,
until its time to live is over. Requirements C3 and C6.

An entry, its claim and every generation that it depends on lie in one partition, so that one operation reads them
together in a Redis Cluster, too; a generation is therefore kept in each partition (``merger/stores/redis/cluster.py``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from redis import Redis

from merger.cache import admission
from merger.cache.generations import ALL_GENERATION
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.redis import claim
from merger.stores.redis.link import RedisLink

DAY_SECONDS = 86_400


_BUMP_BATCH_SIZE = 500
"""Generations that one script bumps: Redis serves no other client while it runs, here for about a millisecond."""


_CLAIM = f"""{claim.LUA}
local granted = claim(KEYS[1], ARGV[1], ARGV[2])
local held, seen = redis.pcall('GET', KEYS[2]), KEYS[3] and redis.pcall('GET', KEYS[3])
return {{granted, type(held) == 'string' and held, type(seen) == 'string' and seen}}
"""


_PUT = f"""{claim.LUA}{admission.LUA}
local seconds = seconds_for(KEYS[2], KEYS[4], tonumber(ARGV[3]), tonumber(ARGV[5]))
if seconds > 0 then
    redis.call('SET', KEYS[2], ARGV[2], 'EX', seconds)
    if ARGV[4] == '1' then redis.call('SET', KEYS[3], '1', 'EX', seconds) end
end
release(KEYS[1], ARGV[1])
"""


_ANY_ANSWER, _SEEN = "any-answer", "seen"


_MOST_DIGITS = 15
"""Most digits of a generation: milliseconds since the epoch have 13, and Lua's numbers are exact to nearly 16."""


# A value that is no generation counts as none, and is overwritten: another program's mistake must not end invalidation.
_READ_GENERATION = f"""
local function generation(key)
    local held = redis.pcall('GET', key)
    local counts = type(held) == 'string' and #held <= {_MOST_DIGITS} and string.match(held, '^%d+$')
    return counts and tonumber(held) or 0
end
"""


_BUMP = f"""{_READ_GENERATION}
for place, key in ipairs(KEYS) do
    local raised, seconds = math.max(tonumber(ARGV[1]), generation(key) + 1), ARGV[place + 1]
    redis.call('SET', key, string.format('%.0f', raised))
    if seconds ~= '0' then redis.call('EXPIRE', key, seconds) end
end
"""


_FIRST_GENERATION = f"""{_READ_GENERATION}
local held = generation(KEYS[1])
if held == 0 then held = tonumber(ARGV[1]) redis.call('SET', KEYS[1], ARGV[1]) end
return string.format('%.0f', held)
"""


@dataclass(frozen=True, slots=True)
class RedisHit:
    """The entry's bytes for a request, and its present generations; ``""`` stands for one that is not set."""

    raw: bytes | None
    generations: tuple[str, ...]


class RedisTier:
    """Entries, claims and generations in Redis.

    Args:
        link: the link to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; two services with different data, rules or code must use different ones.
        keep: longest life of an entry in seconds; generations are kept for longer.
        seen: how far this process's reads have got. It is stored beside each generation that is bumped, and no answer
            is computed from anything older.
    """

    def __init__(
        self, link: RedisLink, namespace: str, keep: int = DAY_SECONDS, seen: CausalClock | None = None
    ) -> None:
        self.link = link
        self.namespace = namespace
        self._partitions = tuple(namespace + tag for tag in link.tags)
        self._keep = keep
        self._seen = seen if seen is not None and seen.is_needed else None

    def find(self, key: str, generations: Sequence[str]) -> RedisHit:
        """Reads an entry's bytes and the present generations, in one round trip."""
        values: list[bytes | None]
        prefix = self._partition_of(key)
        raw, *values = self.link.command("MGET", prefix + key, *(f"{prefix}g:{name}" for name in generations))
        for place, (name, value) in enumerate(zip(generations, values, strict=True)):
            if name == ALL_GENERATION and not _parse_generation(value):
                values[place] = self._first_generation(prefix)
        return RedisHit(raw, tuple(map(_parse_generation, values)))

    def claim(self, key: str, token: str, seconds: float) -> tuple[bool, bytes | None]:
        """Claims the right to compute an entry.

        Args:
            key: the entry's.
            token: stands for the claimant; ``put`` and ``release`` take it again.
            seconds: until the claim lapses.

        Returns:
            Whether it was granted, and the entry's bytes at that moment.
        """
        milliseconds, prefix = int(seconds * 1000), self._partition_of(key)
        keys = [f"{prefix}l:{key}", prefix + key, *([prefix + _SEEN] if self._seen else [])]
        granted, raw, seen = self.link.command("EVAL", _CLAIM, len(keys), *keys, token, milliseconds)
        if self._seen is not None and seen:
            self._seen.receive(seen)
        return bool(granted), raw

    def put(
        self, key: str, raw: bytes, seconds: int, token: str | None, *, brief: int = DAY_SECONDS, is_answer: bool = True
    ) -> None:
        """Stores an entry for some seconds if Redis has room for it, and releases the claim.

        Args:
            key: the entry's.
            raw: its bytes.
            seconds: until it expires.
            token: the claim's, ``None`` without one.
            brief: seconds until it expires instead where Redis has little room; see ``merger.cache.admission``.
            is_answer: whether it is an answer, not the fact that there is none.
        """
        prefix = self._partition_of(key)
        keys = f"{prefix}l:{key}", prefix + key, prefix + _ANY_ANSWER, f"{prefix}a:{key}"
        self.link.command("EVAL", _PUT, len(keys), *keys, token or "", raw, seconds, int(is_answer), brief)

    def holds_answers(self) -> bool:
        """Whether Redis holds any answer that could be served while the store is away."""
        return any(self.link.command("EXISTS", prefix + _ANY_ANSWER) for prefix in self._partitions)

    def release(self, key: str, token: str) -> None:
        """Releases a claim, unless it has lapsed and passed to another claimant."""
        claim.release(self.link, f"{self._partition_of(key)}l:{key}", token)

    def advance(self, names: Iterable[str]) -> None:
        """Bumps generations: to now in milliseconds since the epoch, or by one where they are that high already."""
        all_names, now = list(names), time.time_ns() // 1_000_000

        def bump(redis: Redis) -> Any:
            with redis.pipeline(transaction=False) as pipe:
                queue: Callable[..., object] = pipe.execute_command  # a Cluster's pipeline refuses EVAL's own method
                moment = self._seen.export() if self._seen is not None else b""
                for prefix in self._partitions if moment else ():
                    queue("SET", prefix + _SEEN, moment, "EX", self._keep)  # before the bumps, whose readers need it
                for start in range(0, len(all_names), _BUMP_BATCH_SIZE):
                    part = all_names[start : start + _BUMP_BATCH_SIZE]
                    for prefix in self._partitions:
                        keys = [f"{prefix}g:{name}" for name in part]
                        queue("EVAL", _BUMP, len(keys), *keys, now, *map(self._lifetime_of, part))
                return pipe.execute()

        if all_names:
            self.link.ask(bump)

    def _lifetime_of(self, name: str) -> int:
        """Seconds until a generation expires; 0: never. Each movie has its own generations, and there are few
        others."""
        return 2 * self._keep if "movie:" in name else 0

    def _first_generation(self, prefix: str) -> bytes:
        """Sets the generation ``all`` in a partition that has none, to a value that differs from any that Redis may
        have lost."""
        key, now = f"{prefix}g:{ALL_GENERATION}", time.time_ns() // 1_000_000
        first: bytes = self.link.command("EVAL", _FIRST_GENERATION, 1, key, now)
        return first

    def _partition_of(self, key: str) -> str:
        """Prefix of all keys in the partition of an entry."""
        partitions = self._partitions
        return partitions[crc32(key.encode()) % len(partitions)] if len(partitions) > 1 else partitions[0]


def _parse_generation(value: bytes | None) -> str:
    """The generation that Redis holds; ``""`` for none and for a value that can't be one."""
    return value.decode() if value is not None and value.isdigit() and len(value) <= _MOST_DIGITS else ""

"""The tier of the cache that all processes share: what is asked of Redis, and under which names (C3, C6).

A *generation* is a number that an entry must have been made under to count; raising it makes every older entry
outdated at once, whatever their number. Some are raised by hand (``all``, ``view:…``, ``movie:…``), some by the watcher
in charge when the data change (``batch``, ``changed:…``). A generation outlives every entry that was made before it,
unless Redis runs full and evicts it: then an entry that it outdated may count again, until its time to live is over.

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

from merger.cache.generations import ALL_GENERATION
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.redis import claim
from merger.stores.redis.link import RedisLink

DAY = 86_400


_RAISED_AT_ONCE = 500
"""Generations that one script raises: Redis answers nobody else while it runs, here for about a millisecond."""


_CLAIM = f"""{claim.LUA}
local granted = claim(KEYS[1], ARGV[1], ARGV[2])
local held, seen = redis.pcall('GET', KEYS[2]), KEYS[3] and redis.pcall('GET', KEYS[3])
return {{granted, type(held) == 'string' and held, type(seen) == 'string' and seen}}
"""


_PUT = f"""{claim.LUA}
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
if ARGV[4] == '1' then redis.call('SET', KEYS[3], '1', 'EX', ARGV[3]) end
release(KEYS[1], ARGV[1])
"""


_ANY_ANSWER, _SEEN = "any-answer", "seen"


_MOST_DIGITS = 15
"""Of a generation; milliseconds since the epoch have 13, and Lua counts to nearly 16."""


# A value that is no generation counts as none, and is written over: nobody else's mistake may end invalidation.
_HELD = f"""
local function generation(key)
    local held = redis.pcall('GET', key)
    local counts = type(held) == 'string' and #held <= {_MOST_DIGITS} and string.match(held, '^%d+$')
    return counts and tonumber(held) or 0
end
"""


_RAISE = f"""{_HELD}
for place, key in ipairs(KEYS) do
    local raised, seconds = math.max(tonumber(ARGV[1]), generation(key) + 1), ARGV[place + 1]
    redis.call('SET', key, string.format('%.0f', raised))
    if seconds ~= '0' then redis.call('EXPIRE', key, seconds) end
end
"""


_FIRST = f"""{_HELD}
local held = generation(KEYS[1])
if held == 0 then held = tonumber(ARGV[1]) redis.call('SET', KEYS[1], ARGV[1]) end
return string.format('%.0f', held)
"""


@dataclass(frozen=True, slots=True)
class RedisHit:
    """What Redis holds for a question: the entry's bytes, and the generations as they are now, ``""`` for none."""

    raw: bytes | None
    generations: tuple[str, ...]


class RedisTier:
    """Entries, locks and generations in Redis.

    Args:
        link: the way to it. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; two services with other data, rules or code must differ in it.
        keep: seconds that an entry can last at most; generations are kept for longer.
        seen: how far this process's reads have got. Whoever raises a generation leaves it beside it, and whoever makes
            an answer anew reads nothing older.
    """

    def __init__(self, link: RedisLink, namespace: str, keep: int = DAY, seen: CausalClock | None = None) -> None:
        self.link = link
        self.namespace = namespace
        self._partitions = tuple(namespace + tag for tag in link.tags)
        self._keep = keep
        self._seen = seen if seen is not None and seen.is_needed else None

    def find(self, key: str, generations: Sequence[str]) -> RedisHit:
        """An entry's bytes and the generations, in one round trip."""
        values: list[bytes | None]
        prefix = self._partition_of(key)
        raw, *values = self.link.command("MGET", prefix + key, *(f"{prefix}g:{name}" for name in generations))
        for place, (name, value) in enumerate(zip(generations, values, strict=True)):
            if name == ALL_GENERATION and not _generation_in(value):
                values[place] = self._first_generation(prefix)
        return RedisHit(raw, tuple(map(_generation_in, values)))

    def claim(self, key: str, token: str, seconds: float) -> tuple[bool, bytes | None]:
        """Tries to become the one who makes an entry.

        Args:
            key: the entry's.
            token: stands for the claimant; ``put`` and ``release`` want it again.
            seconds: after which somebody else may.

        Returns:
            Whether it is, and the entry's bytes as of after that.
        """
        milliseconds, prefix = int(seconds * 1000), self._partition_of(key)
        keys = [f"{prefix}l:{key}", prefix + key, *([prefix + _SEEN] if self._seen else [])]
        granted, raw, seen = self.link.command("EVAL", _CLAIM, len(keys), *keys, token, milliseconds)
        if self._seen is not None and seen:
            self._seen.receive(seen)
        return bool(granted), raw

    def put(self, key: str, raw: bytes, seconds: int, token: str | None, *, answers: bool = True) -> None:
        """Stores an entry for some seconds, and gives the claim back.

        Args:
            key: the entry's.
            raw: its bytes.
            seconds: until it is forgotten.
            token: of the claim, ``None`` without one.
            answers: whether it is an answer, not the knowledge that there is none.
        """
        prefix = self._partition_of(key)
        keys = f"{prefix}l:{key}", prefix + key, prefix + _ANY_ANSWER
        self.link.command("EVAL", _PUT, len(keys), *keys, token or "", raw, seconds, int(answers))

    def holds_answers(self) -> bool:
        """Whether there is any answer that could be given while the store is away."""
        return any(self.link.command("EXISTS", prefix + _ANY_ANSWER) for prefix in self._partitions)

    def release(self, key: str, token: str) -> None:
        """Gives a claim back, unless it has passed to somebody else."""
        claim.release(self.link, f"{self._partition_of(key)}l:{key}", token)

    def advance(self, names: Iterable[str]) -> None:
        """Raises generations: to now in milliseconds since the epoch, or by one where they are there already."""
        every, now = list(names), time.time_ns() // 1_000_000

        def question(redis: Redis) -> Any:
            with redis.pipeline(transaction=False) as pipe:
                raising: Callable[..., object] = pipe.execute_command  # what else it is called, a Cluster's refuses
                moment = self._seen.export() if self._seen is not None else b""
                for prefix in self._partitions if moment else ():
                    raising("SET", prefix + _SEEN, moment, "EX", self._keep)  # first: who sees the rest must see this
                for start in range(0, len(every), _RAISED_AT_ONCE):
                    part = every[start : start + _RAISED_AT_ONCE]
                    for prefix in self._partitions:
                        keys = [f"{prefix}g:{name}" for name in part]
                        raising("EVAL", _RAISE, len(keys), *keys, now, *map(self._kept_for, part))
                return pipe.execute()

        if every:
            self.link.ask(question)

    def _kept_for(self, name: str) -> int:
        """Seconds; 0: for good. There are as many movies' generations as movies, and few others."""
        return 2 * self._keep if "movie:" in name else 0

    def _first_generation(self, prefix: str) -> bytes:
        """Of everything, when a partition has none: another one than any before it, should Redis have forgotten it."""
        first: bytes = self.link.command("EVAL", _FIRST, 1, f"{prefix}g:{ALL_GENERATION}", time.time_ns() // 1_000_000)
        return first

    def _partition_of(self, key: str) -> str:
        """Prefix of all keys that lie together with an entry's."""
        partitions = self._partitions
        return partitions[crc32(key.encode()) % len(partitions)] if len(partitions) > 1 else partitions[0]


def _generation_in(value: bytes | None) -> str:
    """The generation that Redis holds; ``""`` for none and for what can't be one."""
    return value.decode() if value is not None and value.isdigit() and len(value) <= _MOST_DIGITS else ""

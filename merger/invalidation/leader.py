"""One process at a time is in charge: a claim in Redis that expires, and what its holder leaves to the next one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis

from merger.stores.redis.link import RedisLink

LAPSES_AFTER = 4.0
"""Seconds after which somebody else takes over from a holder that died."""


_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3]) end
    return {1}
end
if holder then return {0} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {2, redis.call('GET', KEYS[2])}
"""


_RESIGN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2]) end
return redis.call('DEL', KEYS[1])
"""


@dataclass(frozen=True, slots=True)
class Leadership:
    """Whether this process is in charge.

    Args:
        leads: it is.
        began: it has just become so.
        left: then, what the one before left, if anything.
    """

    leads: bool
    began: bool = False
    left: bytes | None = None


class Leader:
    """The claim of this process.

    Args:
        link: the way to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of both keys, which share a hash tag: one script writes them both.
        lapses_after: seconds.
    """

    def __init__(self, link: RedisLink, namespace: str, lapses_after: float = LAPSES_AFTER) -> None:
        self._link = link
        self._keys = (f"{namespace}{{w}}:lead", f"{namespace}{{w}}:state")
        self._lapse = int(lapses_after * 1000)
        self._token = secrets.token_hex(8)

    def hold(self, state: bytes = b"") -> Leadership:
        """Becomes or stays the one in charge, if nobody else is; to be called well before the claim lapses.

        Args:
            state: for the next one; empty: as it was.
        """

        def question(redis: Redis) -> list[Any]:
            return cast("list[Any]", redis.eval(_HOLD, 2, *self._keys, self._token, self._lapse, state))

        how, *left = self._link.ask(question)
        return Leadership(leads=how > 0, began=how == 2, left=left[0] if left else None)

    def resign(self, state: bytes = b"") -> None:
        """Lets somebody else be in charge at once."""
        self._link.ask(lambda redis: redis.eval(_RESIGN, 2, *self._keys, self._token, state))

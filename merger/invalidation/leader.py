"""One process at a time is in charge: a claim in Redis that expires, and what its holder leaves to the next one."""

from __future__ import annotations

from dataclasses import dataclass

from merger.stores.redis import claim
from merger.stores.redis.link import RedisLink

LAPSES_AFTER = 4.0
"""Seconds after which somebody else takes over from a holder that died."""


_HOLD = f"""{claim.LUA}
local granted = claim(KEYS[1], ARGV[1], ARGV[2])
if granted == 1 and ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3]) end
return {{granted, granted == 2 and redis.call('GET', KEYS[2])}}
"""


_RESIGN = f"""{claim.LUA}
if release(KEYS[1], ARGV[1]) == 1 and ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2]) end
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
        self._token = claim.new_token()

    def hold(self, state: bytes = b"") -> Leadership:
        """Becomes or stays the one in charge, if nobody else is; to be called well before the claim lapses.

        Args:
            state: for the next one; empty: as it was.
        """

        granted, left = self._link.command("EVAL", _HOLD, 2, *self._keys, self._token, self._lapse, state)
        return Leadership(leads=granted > 0, began=granted == 2, left=left)

    def resign(self, state: bytes = b"") -> None:
        """Lets somebody else be in charge at once."""
        self._link.command("EVAL", _RESIGN, 2, *self._keys, self._token, state)

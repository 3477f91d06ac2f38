"""Leader election in Redis: a claim that lapses, and the state that one leader leaves to the next."""

from __future__ import annotations

from dataclasses import dataclass

from merger.stores.redis import claim
from merger.stores.redis.link import RedisLink

LAPSE_SECONDS = 4.0
"""Seconds after which another process takes over from a leader that died."""


_HOLD = f"""{claim.LUA}
local granted = claim(KEYS[1], ARGV[1], ARGV[2])
if granted == 1 and ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3]) end
return {{granted, granted == 2 and redis.call('GET', KEYS[2]), granted == 0 and redis.call('GET', KEYS[3])}}
"""


_RESIGN = f"""{claim.LUA}
if release(KEYS[1], ARGV[1]) == 1 and ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2]) end
"""


@dataclass(frozen=True, slots=True)
class Leadership:
    """Whether this process leads.

    Args:
        is_leader: it leads.
        is_new: it has just begun to.
        state: if it is new, the state that the last leader left, if any.
        news: if another process leads, its news, if any.
    """

    is_leader: bool
    is_new: bool = False
    state: bytes | None = None
    news: bytes | None = None


class Leader:
    """This process's claim to lead.

    Args:
        link: the link to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of the keys, which share a hash tag: one script reads and writes them all.
        lapses_after: seconds without ``hold`` after which another process may lead.
    """

    def __init__(self, link: RedisLink, namespace: str, lapses_after: float = LAPSE_SECONDS) -> None:
        self._link = link
        self._keys = (f"{namespace}{{w}}:lead", f"{namespace}{{w}}:state", f"{namespace}{{w}}:news")
        self._lapse = int(lapses_after * 1000)
        self._token = claim.new_token()

    def hold(self, state: bytes = b"") -> Leadership:
        """Becomes or stays the leader, unless another process leads; call it well before the claim lapses.

        Args:
            state: left for the next leader; empty: what was left before stays.
        """

        granted, former, news = self._link.command("EVAL", _HOLD, 3, *self._keys, self._token, self._lapse, state)
        return Leadership(is_leader=granted > 0, is_new=granted == 2, state=former, news=news)

    def pass_on(self, news: bytes, seconds: float) -> None:
        """Leaves news for the other processes, in place of the former, for some seconds."""
        self._link.command("SET", self._keys[2], news, "PX", int(seconds * 1000))

    def resign(self, state: bytes = b"") -> None:
        """Lets another process lead at once, and leaves it the state."""
        self._link.command("EVAL", _RESIGN, 2, *self._keys[:2], self._token, state)

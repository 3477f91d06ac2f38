"""A claim in Redis: the right to do one thing, which one claimant holds until it releases the claim or the claim
lapses."""

from __future__ import annotations

import secrets
from typing import Final

from merger.stores.redis.link import RedisLink

LUA: Final = """
-- 2: granted now; 1: held before, and held on to (also when a lost reply is asked for again); 0: another one's.
local function claim(key, token, milliseconds)
    if redis.pcall('GET', key) == token then return redis.call('PEXPIRE', key, milliseconds) end
    return redis.call('SET', key, token, 'NX', 'PX', milliseconds) and 2 or 0
end
local function release(key, token)
    return redis.pcall('GET', key) == token and redis.call('DEL', key) or 0
end
"""
"""The beginning of a script that claims or releases, and does more in the same round trip."""


_CLAIM, _RELEASE = f"{LUA}return claim(KEYS[1], ARGV[1], ARGV[2])", f"{LUA}return release(KEYS[1], ARGV[1])"


def new_token() -> str:
    """Returns a new token, which identifies one claimant."""
    return secrets.token_hex(8)


def claim(link: RedisLink, key: str, token: str, seconds: float) -> bool:
    """Claims a key; returns whether the claimant holds it now.

    Args:
        link: the link to Redis.
        key: what is claimed.
        token: identifies the claimant.
        seconds: until the claim lapses.

    Raises:
        RedisTrouble: Redis gave no usable reply.
    """
    return bool(link.command("EVAL", _CLAIM, 1, key, token, int(seconds * 1000)))


def release(link: RedisLink, key: str, token: str) -> None:
    """Releases a claim, unless it has lapsed and passed to another claimant.

    Raises:
        RedisTrouble: Redis gave no usable reply; the claim lapses by itself.
    """
    link.command("EVAL", _RELEASE, 1, key, token)

"""How long an answer stays in Redis, by how full Redis is: the part of the script that stores it.

A stale answer is worth its memory for as long as the store may be away, but only if people ask for it. Where Redis has
room, every answer stays for that long. Above ``ROOMY`` of its memory, an answer that is asked for the first time stays
while it is fresh and as long again; only if it is asked for once more in that time, it stays. Above ``FULL`` the first
request leaves a mark alone, and the second one a fresh answer, so that no number of different questions drives out what
others ask for. Requirement C3.
"""

from __future__ import annotations

from typing import Final

ROOMY: Final = 0.5
FULL: Final = 0.9
"""Shares of Redis's ``maxmemory``; above the whole, Redis itself evicts."""

UNLIMITED_BYTES: Final = 2**30
"""Stands for ``maxmemory`` where none is set."""

LUA: Final = f"""
local function share_in_use()
    local info = redis.pcall('INFO', 'memory')
    if type(info) ~= 'string' then return 0 end
    local used, most = string.match(info, 'used_memory:(%d+)'), string.match(info, '[\\r\\n]maxmemory:(%d+)')
    return tonumber(used or 0) / (tonumber(most or 0) > 0 and tonumber(most) or {UNLIMITED_BYTES})
end
-- Seconds for which to store an entry; 0: not at all.
local function seconds_for(entry, mark, most, brief)
    local share = share_in_use()
    if most <= brief or share < {ROOMY} then return most end
    local is_known = redis.call('EXISTS', entry, mark) > 0
    if share < {FULL} then return is_known and most or brief end
    redis.call('SET', mark, '1', 'EX', brief)
    return is_known and brief or 0
end
"""
"""The beginning of the script that stores an entry."""

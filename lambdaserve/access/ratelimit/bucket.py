"""Arithmetic of the token bucket: pure, in whole numbers, the same to the last digit as ``bucket.lua``.

A bucket is one number: the moment at which it is full again if no more is taken. A full bucket is thus the same as no
bucket. Moments and durations are microseconds; a moment counts from any fixed one. Requirement S3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

MINUTE_US = 60_000_000
MAX_TOKENS = 10_000_000
"""Largest rate and burst: every product of them and ``MINUTE_US`` stays exact in Lua's floating point."""


class Limit(NamedTuple):
    """The rate and the burst of a client.

    Attributes:
        rate: tokens that come back per minute, 1 to ``MAX_TOKENS``.
        burst: tokens that the bucket holds, 1 to ``MAX_TOKENS``.
    """

    rate: int
    burst: int

    def refill(self, tokens: int) -> int:
        """Returns the microseconds in which this number of tokens comes back, rounded up."""
        return -(-tokens * MINUTE_US // self.rate)


class Grant(NamedTuple):
    """The tokens that a bucket gave.

    Attributes:
        tokens: given, 0 where there were too few.
        remaining: left in the bucket.
        wait: microseconds until there are enough; 0 where they were granted.
    """

    tokens: int
    remaining: int
    wait: int


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """A client's bucket.

    Attributes:
        full_at: moment at which it is full; any past one: it is full.
    """

    full_at: int = 0

    def take(
        self, limit: Limit, now: int, *, wanted: int, least: int = 1, unused: int = 0
    ) -> tuple[TokenBucket, Grant]:
        """Takes up to ``wanted`` tokens, or none if there are fewer than ``least``.

        Tokens given and not handed back never exceed ``burst + rate × time``: each token moves ``full_at`` by no less
        than the time in which one comes back, each token handed back by no more, and it is never further away than
        the time in which all of them come back.

        Args:
            limit: the client's; it may have changed since the last call.
            now: the moment.
            wanted: tokens, ``least`` or more.
            least: smallest number of tokens that is of use, ``limit.burst`` at most.
            unused: tokens taken earlier that are handed back first.
        """
        lacking = self.full_at - unused * MINUTE_US // limit.rate - now
        # More than the whole bucket is lacking after a lower limit or a clock that was set back.
        lacking = min(max(lacking, 0), limit.refill(limit.burst))
        available = max(0, (limit.burst * MINUTE_US - lacking * limit.rate) // MINUTE_US)
        granted = min(wanted, available)
        if granted < least:
            enough = (limit.burst - least) * MINUTE_US // limit.rate
            return TokenBucket(now + lacking), Grant(0, available, lacking - enough)
        return TokenBucket(now + lacking + limit.refill(granted)), Grant(granted, available - granted, 0)

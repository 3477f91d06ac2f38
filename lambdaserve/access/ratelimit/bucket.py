"""Arithmetic of token buckets: pure, in whole numbers, the same to the last digit as ``bucket.lua``.

A bucket is one number: the moment at which it is full again if no more is taken. A full bucket is thus the same as no
bucket. Moments and durations are microseconds; a moment counts from any fixed one. Requirement S3.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def times(self, factor: int) -> Limit:
        """Returns a limit that is this many times as large, ``MAX_TOKENS`` at most."""
        return Limit(min(factor * self.rate, MAX_TOKENS), min(factor * self.burst, MAX_TOKENS))


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
        """Takes from this bucket alone, as ``take_from_all`` does."""
        (bucket,), grant = take_from_all([(self, limit)], now, wanted=wanted, least=least, unused=unused)
        return bucket, grant


def take_from_all(
    buckets: Sequence[tuple[TokenBucket, Limit]], now: int, *, wanted: int, least: int, unused: int = 0
) -> tuple[list[TokenBucket], Grant]:
    """Takes up to ``wanted`` tokens from each bucket of a client, or none if one of them has fewer than ``least``.

    Tokens given and not handed back never exceed ``burst + rate × time`` of any of them: each token moves ``full_at``
    by no less than the time in which one comes back, each token handed back by no more, and it is never further away
    than the time in which all of them come back.

    Args:
        buckets: with their limits, which may have changed since the last call.
        now: the moment.
        wanted: tokens, ``least`` or more.
        least: smallest number of tokens that is of use, each ``limit.burst`` at most.
        unused: tokens taken earlier that are handed back first.

    Returns:
        The buckets in their order, and the grant: the least that any has left, the longest wait for any.
    """
    # More than the whole bucket is lacking after a lower limit or a clock that was set back.
    lacking = [
        min(max(bucket.full_at - unused * MINUTE_US // limit.rate - now, 0), limit.refill(limit.burst))
        for bucket, limit in buckets
    ]
    with_limits = [(lack, limit) for lack, (_, limit) in zip(lacking, buckets, strict=True)]
    available = min(max(0, (each.burst * MINUTE_US - lack * each.rate) // MINUTE_US) for lack, each in with_limits)
    granted = min(wanted, available)
    if granted < least:
        wait = max(lack - (each.burst - least) * MINUTE_US // each.rate for lack, each in with_limits)
        return [TokenBucket(now + lack) for lack in lacking], Grant(0, available, wait)
    after = [TokenBucket(now + lack + limit.refill(granted)) for lack, limit in with_limits]
    return after, Grant(granted, available - granted, 0)

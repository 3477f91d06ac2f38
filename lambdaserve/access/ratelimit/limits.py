"""How much a client may ask for: the defaults, a key's own, and what a request costs (S3)."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from lambdaserve.access.ratelimit.bucket import Limit

FREE: Final = 0
"""Tokens of a request that is never limited: the probes of load balancers."""
CHEAP: Final = 1
"""One movie, one document, one page of names."""
RANKING: Final = 2
"""Many movies' newest documents."""
STATISTICS: Final = 3
"""Many documents, summed up."""
WHOLE_CATALOGUE: Final = 5
"""Every document of a kind."""

_SMALLEST_DEFAULT_BURST = 10
_BURST_SHARE = 6
"""A burst is a sixth of what a minute admits, ten seconds' worth, where nothing else is said."""


def limit_of(rate: int | None, burst: int | None) -> Limit | None:
    """A client's limit from its own rate and burst, each ``None`` for the default; ``None``: there is no limit."""
    known_rate = rate or settings.RATE_LIMIT
    if not known_rate:
        return None
    if not burst and not rate:
        burst = settings.RATE_BURST
    return Limit(known_rate, burst or max(known_rate // _BURST_SHARE, _SMALLEST_DEFAULT_BURST))

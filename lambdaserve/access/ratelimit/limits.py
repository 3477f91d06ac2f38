"""Limits: defaults and a key's own, and what requests cost.

Requirement S3.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings

from lambdaserve.access.ratelimit.bucket import Limit

FREE: Final = 0
"""Tokens of a request that is never limited: the probes of load balancers."""
CHEAP: Final = 1
"""Tokens of a request for one movie, one document or one page of names."""
RANKING: Final = 2
"""Tokens of a request that reads many movies' newest documents."""
STATISTICS: Final = 3
"""Tokens of a request that sums up many documents."""
WHOLE_CATALOGUE: Final = 5
"""Tokens of a request that reads every document of a kind."""

_SMALLEST_DEFAULT_BURST = 10
_BURST_SHARE = 6
"""The default burst is a minute's rate divided by this: ten seconds' worth."""


def limit_of(rate: int | None, burst: int | None) -> Limit | None:
    """Returns a client's limit from its own rate and burst, each ``None`` for the default; ``None``: no limit."""
    known_rate = rate or settings.RATE_LIMIT
    if not known_rate:
        return None
    if not burst and not rate:
        burst = settings.RATE_BURST
    return Limit(known_rate, burst or max(known_rate // _BURST_SHARE, _SMALLEST_DEFAULT_BURST))

"""The limit of a client: the default one, or a key's own.

Requirement S3.
"""

from __future__ import annotations

from django.conf import settings

from lambdaserve.access.ratelimit.bucket import Limit

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

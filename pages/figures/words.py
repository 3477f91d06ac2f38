"""Numbers in words: ages and sentiment. Pure."""

from __future__ import annotations

from typing import Final

_SENTIMENT: Final = (
    (0.5, "very positive"),
    (0.2, "positive"),
    (0.05, "mildly positive"),
    (-0.05, "mixed"),
    (-0.2, "mildly negative"),
    (-0.5, "negative"),
)
"""Words for a mean sentiment from −1 to +1: those of the first bound that it reaches."""


def duration(seconds: float) -> str:
    """Puts a number of seconds into a suitable unit, such as ``19 s`` or ``3 h``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def sentiment(score: float) -> str:
    """Puts a mean sentiment, from −1 to +1, into words."""
    return next((words for least, words in _SENTIMENT if score >= least), "very negative")

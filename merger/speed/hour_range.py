"""A range of hours."""

from __future__ import annotations

from dataclasses import dataclass

from merger.core.windows import Window


@dataclass(frozen=True, slots=True)
class HourRange:
    """Layer-wide speed documents: every movie's buckets of some types in ``[window.start, window.end)``."""

    types: tuple[str, ...]
    window: Window

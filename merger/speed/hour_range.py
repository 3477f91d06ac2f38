"""The layer-wide speed hours that a view asks for."""

from __future__ import annotations

from dataclasses import dataclass

from merger.core.windows import Window


@dataclass(frozen=True, slots=True)
class HourRange:
    """Every movie's buckets of some data types in the hours ``[window.start, window.end)``."""

    types: tuple[str, ...]
    window: Window

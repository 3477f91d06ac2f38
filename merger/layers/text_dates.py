"""Ranges that find dates stored as text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from merger.core.windows import DAY, HOUR


def text_ranges(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Ranges that contain every ISO 8601 text in UTC of the hours in ``[start, end)``.

    For a single hour they contain only its texts, except at midnight, where the separators ``T`` and blank mix. For
    more hours they cover whole days. So the caller checks each document. No bound is the beginning of a text in the
    range: on a descending index, the embedded server leaves such texts out. ``~`` sorts after every character of a
    date.
    """
    if end - start > HOUR:
        return [{"$gt": f"{start - DAY:%Y-%m-%d}~", "$lt": f"{end:%Y-%m-%d}~"}]
    forms = (f"%Y-%m-%d{separator}%H~" for separator in "T ")
    return [{"$gt": (start - HOUR).strftime(form), "$lt": start.strftime(form)} for form in forms]

"""Collections in which dates are stored as text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from merger.core.windows import DAY, HOUR


def text_spans(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Ranges that hold every ISO 8601 text in UTC of the hours in ``[start, end)`` (D1).

    Exactly those of a single hour, with ``T`` or a blank; of more hours those of their days, to be looked through. The
    bounds are made so that none of them begins a text of the range: on a descending index, the embedded server leaves
    such texts out. ``~`` sorts after everything that a date has.
    """
    if end - start > HOUR:
        return [{"$gt": f"{start - DAY:%Y-%m-%d}~", "$lt": f"{end:%Y-%m-%d}~"}]
    forms = (f"%Y-%m-%d{separator}%H~" for separator in "T ")
    return [{"$gt": (start - HOUR).strftime(form), "$lt": start.strftime(form)} for form in forms]

"""Reads what tells documents apart beside their movie and type: the ``_id``, and the period of genre documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from merger.contract.fields import readable
from merger.contract.payloads import VIEWS

OBJECT_ID_LENGTH: Final = 12
"""In bytes."""


LONGEST_ID: Final = 100
"""In characters, where an ``_id`` is shown."""


def period_of(payload: Mapping[str, Any]) -> str | None:
    """The month or year of ``genre_analytics``, as text; ``None`` where it can't be read."""
    year, month = (readable(payload.get(key), VIEWS["genre_analytics"][key].read) for key in ("year", "month"))
    return None if year is None else f"{year:04}" if month is None else f"{year:04}-{month:02}"


def insertion_of(raw: Mapping[str, Any]) -> int:
    """Seconds since 1970 at which an ObjectId was made, from its first four bytes; 0 for ids of other types."""
    binary = getattr(raw.get("_id"), "binary", None)
    return int.from_bytes(binary[:4], "big") if isinstance(binary, bytes) and len(binary) == OBJECT_ID_LENGTH else 0


def id_of(raw: Mapping[str, Any]) -> str | None:
    """The ``_id`` as text, cut to a length to be shown; ``None`` where it was not read."""
    found = raw.get("_id")
    return None if found is None else str(found)[:LONGEST_ID]

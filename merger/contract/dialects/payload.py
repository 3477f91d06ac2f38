"""Finds the payload of a raw document, in whatever form a producer wrote it.

Requirements D1 and D5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from merger.contract.dialects.aliases import Aliases

COLUMNS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": ("avg_sentiment", "review_count", "positive_count", "negative_count", "neutral_count"),
}
"""By type, the fields that stand for ``col1``, ``col2`` … where Spark had no names for the columns of a payload."""


FOUND_BY_PAYLOAD: Final = ("temporal_analytics", "actor_collaboration")
"""View types whose documents are found by fields of their payload. As text, a payload can't be searched."""


KEYS_IN_ID: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": ("date",),
    "genre_analytics": ("genre", "year", "month"),
    "temporal_analytics": ("metric", "genre", "movie_id", "date"),
}
"""By view type, the fields that tell its documents apart, which some producers write into a compound ``_id`` alone.

Without its date, a day's point would pass for the lifetime total; without its genre, a genre's point for that of all
movies.
"""


LONGEST_JSON: Final = 1_000_000
"""The longest payload that is read from text, in characters."""


def find_payload(
    raw: Mapping[str, Any], kind: str, fields: Mapping[str, Any], aliases: Aliases, *, flat: bool
) -> Mapping[str, Any] | None:
    """Returns the payload of a raw document under our names; ``None`` if there is none.

    It is an object under one of the payload's keys, or JSON text there where no query looks into it; with ``flat``,
    else the document itself, if it has any field of the payload.

    Args:
        raw: the document as stored.
        kind: its view type or data type.
        fields: the payload's fields by name.
        aliases: other names of keys and fields.
        flat: whether the fields may be at the top level.
    """
    found = _object_in(raw, aliases)
    if found is None:
        text = None if kind in FOUND_BY_PAYLOAD else _from_text(raw, aliases)
        found = text or (raw if flat else None)
        if found is None:
            return None
    elif "col1" in found and kind in COLUMNS_OF:
        found = {name: found.get(f"col{place}") for place, name in enumerate(COLUMNS_OF[kind], 1)}
        if not _is_consistent(found):
            return None
    names = aliases.fields_in(kind) if aliases.fields or aliases.fields_of else None
    if names:
        found = {names.get(key, key): value for key, value in found.items()} | {
            key: value for key, value in found.items() if key in fields
        }
    if raw is found and not any(key in found for key in fields if key != "movie_id"):
        return None
    if kind == "movie_details" and found.get("directors") is None and ("director" in found or "crew" in found):
        return {**found, "directors": _directors_in(found)}
    if kind in KEYS_IN_ID and isinstance(raw.get("_id"), dict):
        found = _with_keys(found, raw["_id"], KEYS_IN_ID[kind])
    if kind == "genre_analytics" and found.get("genre") is None and isinstance(raw.get("movie_id"), str):
        # The column that holds the key of most views holds the genre here.
        return {**found, "genre": raw["movie_id"]}
    return found


def _directors_in(found: Mapping[str, Any]) -> Any:
    """The directors of a movie under ``director``, or else in a crew such as TMDB's ``[{job, name}]``, if it names all
    jobs."""
    alone, crew = found.get("director"), found.get("crew")
    if alone is not None:
        return [alone] if isinstance(alone, str | Mapping) else alone
    if not isinstance(crew, list) or not all(isinstance(entry, Mapping) and "job" in entry for entry in crew):
        return None
    return [entry for entry in crew if entry["job"] == "Director"]


def _object_in(raw: Mapping[str, Any], aliases: Aliases) -> Mapping[str, Any] | None:
    """The first payload that is an object."""
    for key in aliases.payload:
        value = raw.get(key)
        if isinstance(value, dict):
            return value
    return None


def _with_keys(found: Mapping[str, Any], key: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    """The payload with the fields that stand in the document's ``_id`` alone."""
    added = {name: key[name] for name in names if name in key and found.get(name) is None}
    return {**found, **added} if added else found


def _from_text(raw: Mapping[str, Any], aliases: Aliases) -> Mapping[str, Any] | None:
    """The first payload that is an object written as JSON text."""
    for key in aliases.payload:
        text = raw.get(key)
        if isinstance(text, str) and text.lstrip()[:1] == "{" and len(text) <= LONGEST_JSON:
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                return found
    return None


def _is_consistent(found: Mapping[str, Any]) -> bool:
    """Whether unnamed columns of counts add up, which shows that they stand in the expected order."""
    try:
        return bool(found["positive_count"] + found["negative_count"] + found["neutral_count"] == found["review_count"])
    except TypeError:
        return False

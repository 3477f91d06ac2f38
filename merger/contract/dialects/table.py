"""The dialects in which producers write documents, as data: what each is called, how to recognise it, an example. Pure.

The contract reads them all; this table names them, for reports and documentation. Requirement D5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite, isnan
from typing import Any, Final

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write that differs from the form in ``docs/producers.md``.

    Attributes:
        name: what it is called.
        recognise: whether a raw document is written so; never raises.
        instead: what to write instead.
        example: a document, or the part of one that shows it.
    """

    name: str
    recognise: Callable[[Raw], bool]
    instead: str
    example: Raw


_STAMPS: Final = ("computed_at", "covers_until", "hour", "synced_at", "window_start", "window_end", "updated_at")
_PAYLOADS: Final = ("data", "stats")
_NUMBERS: Final = ("count", "rating", "sentiment", "average", "score", "popularity", "revenue", "budget", "runtime")
_OTHER_TYPES: Final = ("temporal_trends", "review_sentiment", "movie_stats")
_LEAST_MILLISECONDS: Final = 10**11
_AT: Final = datetime(2026, 11, 28, 7, 35, tzinfo=UTC)


def dialects_of(raw: Raw) -> list[str]:
    """The names of the dialects that a raw document is written in; none: it is written as documented."""
    return [dialect.name for dialect in DIALECTS if dialect.recognise(raw)]


def _payload(raw: Raw) -> Raw:
    found = next((raw[key] for key in _PAYLOADS if isinstance(raw.get(key), Mapping)), raw)
    return found if isinstance(found, Mapping) else {}


def _stamps(raw: Raw) -> Iterator[Any]:
    return (raw[name] for name in _STAMPS if raw.get(name) is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_number_stamp(raw: Raw, *, milliseconds: bool) -> bool:
    return any(_is_number(each) and (each >= _LEAST_MILLISECONDS) == milliseconds for each in _stamps(raw))


def _is_typed(raw: Raw) -> bool:
    return any(isinstance(raw.get(key), str) for key in ("view_type", "data_type"))


def _is_flat(raw: Raw) -> bool:
    return (
        _is_typed(raw) and raw.get("heartbeat") is not True and not any(raw.get(key) is not None for key in _PAYLOADS)
    )


def _minutes(value: Any) -> int | None:
    """The minute of the hour of a stamp; ``None`` if that can't be told without reading it."""
    if isinstance(value, datetime):
        return value.minute
    if isinstance(value, str) and value[13:14] == ":" and value[14:16].isdecimal():
        return int(value[14:16])
    if _is_number(value) and isfinite(value):
        return int(value / (1000 if value >= _LEAST_MILLISECONDS else 1)) % 3600 // 60
    return None


def _is_part(raw: Raw) -> bool:
    # Offsets of half an hour and a quarter of one exist, but no producer writes them.
    return any(_minutes(raw.get(name)) for name in ("hour", "window_start", "window_end"))


def _has_genre_for_movie(raw: Raw) -> bool:
    return raw.get("view_type") == "genre_analytics" and isinstance(raw.get("movie_id"), str)


def _any_value(raw: Raw, holds: Callable[[Any], bool]) -> bool:
    return any(holds(value) for value in _payload(raw).values())


def _is_text_number(raw: Raw) -> bool:
    payload = _payload(raw)
    numbers = (
        "count",
        "rating",
        "sentiment",
        "average",
        "score",
        "popularity",
        "revenue",
        "budget",
        "runtime",
        "value",
    )
    values = [value for name, value in payload.items() if any(part in name for part in numbers)]
    return any(isinstance(each, str) and each.strip()[:1] in "-+.0123456789" and each.strip() for each in values)


DIALECTS: Final[tuple[Dialect, ...]] = (
    Dialect(
        "payload under stats",
        lambda raw: isinstance(raw.get("stats"), Mapping) and not isinstance(raw.get("data"), Mapping),
        "put the payload under `data`",
        {"data_type": "stats", "stats": {"vote_average": 7.5}},
    ),
    Dialect(
        "flat document",
        _is_flat,
        "put the payload under `data`",
        {"view_type": "genre_analytics", "genre": "Drama", "year": 2026, "total_movies": 150},
    ),
    Dialect(
        "payload as JSON text",
        lambda raw: any(isinstance(raw.get(key), str) and raw[key].lstrip()[:1] == "{" for key in _PAYLOADS),
        "write an object, not text",
        {"view_type": "movie_details", "data": '{"title": "Alien"}'},
    ),
    Dialect(
        "unnamed columns",
        lambda raw: "col1" in _payload(raw),
        "name the columns of the struct",
        {"view_type": "sentiment", "data": {"col1": 0.5, "col2": 3, "col3": 2, "col4": 1, "col5": 0}},
    ),
    Dialect(
        "other type names",
        lambda raw: any(raw.get(key) in _OTHER_TYPES for key in ("view_type", "data_type")),
        "name the type as documented",
        {"view_type": "temporal_trends"},
    ),
    Dialect(
        "type of a speed document under view_type",
        lambda raw: "hour" in raw and raw.get("data_type") is None and isinstance(raw.get("view_type"), str),
        "name the type under `data_type`",
        {"view_type": "stats", "hour": _AT},
    ),
    Dialect(
        "stamps as text",
        lambda raw: any(isinstance(each, str) for each in _stamps(raw)),
        "write dates",
        {"computed_at": "2026-11-29T06:45:27.836023Z"},
    ),
    Dialect(
        "stamps as seconds",
        lambda raw: _has_number_stamp(raw, milliseconds=False),
        "write dates",
        {"hour": 1_795_824_000},
    ),
    Dialect(
        "stamps as milliseconds",
        lambda raw: _has_number_stamp(raw, milliseconds=True),
        "write dates",
        {"hour": 1_795_824_000_000},
    ),
    Dialect(
        "other stamp names",
        lambda raw: any(
            raw.get(theirs) is not None and raw.get(ours) is None
            for theirs, ours in (("window_start", "hour"), ("updated_at", "synced_at"))
        ),
        "name the stamps `hour` and `synced_at`",
        {"window_start": _AT, "updated_at": _AT},
    ),
    Dialect(
        "windows smaller than an hour",
        _is_part,
        "write whole hours, or name each window by `window_start` and `window_end`",
        {"data_type": "sentiment", "hour": _AT},
    ),
    Dialect(
        "genre in movie_id",
        _has_genre_for_movie,
        "put the genre into the payload",
        {"view_type": "genre_analytics", "movie_id": "Drama"},
    ),
    Dialect(
        "titles in top_movies",
        lambda raw: isinstance(top := _payload(raw).get("top_movies"), list) and any(isinstance(x, str) for x in top),
        "write objects with `movie_id` and `title`",
        {"data": {"top_movies": ["Alien", "Heat"]}},
    ),
    Dialect(
        "number as a title",
        lambda raw: _is_number(_payload(raw).get("title")),
        "write titles as text",
        {"data": {"title": 1917}},
    ),
    Dialect(
        "numbers as text",
        _is_text_number,
        "write numbers",
        {"data": {"vote_average": "7.5"}},
    ),
    Dialect(
        "decimal numbers",
        lambda raw: _any_value(raw, lambda value: isinstance(value, Decimal) or hasattr(value, "to_decimal")),
        "write doubles and integers",
        {"data": {"vote_average": Decimal("7.5")}},
    ),
    Dialect(
        "NaN for null",
        lambda raw: _any_value(raw, lambda value: isinstance(value, float) and isnan(value)),
        "leave the field out",
        {"data": {"runtime": float("nan")}},
    ),
    Dialect(
        "genres as objects",
        lambda raw: (
            isinstance(genres := _payload(raw).get("genres"), list) and any(isinstance(g, dict) for g in genres)
        ),
        "write the names alone",
        {"data": {"genres": [{"id": 18, "name": "Drama"}]}},
    ),
    Dialect(
        "director or crew",
        lambda raw: (
            _payload(raw).get("directors") is None and any(key in _payload(raw) for key in ("director", "crew"))
        ),
        "write the names of the directors as a list, `directors`",
        {"data": {"crew": [{"job": "Director", "name": "Sam Mendes"}, {"job": "Editor", "name": "Lee Smith"}]}},
    ),
    Dialect(
        "calendar days with a time",
        lambda raw: any(
            isinstance(value, str) and len(value.strip()) > len("2026-11-28") and value.strip()[4:5] == "-"
            for value in (_payload(raw).get(name) for name in ("date", "release_date"))
        ),
        "write days as `2026-11-28`",
        {"data": {"release_date": "1999-10-15T00:00:00+07:00"}},
    ),
    Dialect(
        "document as an id",
        lambda raw: isinstance(raw.get("_id"), Mapping),
        "nothing: it works as it is",
        {"_id": {"movie_id": 603, "view_type": "sentiment"}},
    ),
)
"""Every dialect that can be recognised in one document, in the order in which reports list them."""

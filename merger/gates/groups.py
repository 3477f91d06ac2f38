"""Groups of a run's documents that can be compared: each view, its points by day apart, each metric apart. Pure.

What a document says is split by the contract's tables: *numbers*, which change from night to night, and *facts*, which
hardly do.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from merger.contract.documents import BatchDocument
from merger.contract.fields import Field, Records, count, number, sentiment_score
from merger.contract.identity import identity_of
from merger.contract.payloads import VIEWS
from merger.gates.sample import stable_hash

_NUMERIC: Final = (number, count, sentiment_score)

_IDENTIFYING: Final = frozenset(("movie_id", "genre", "year", "month", "date", "metric", "actor"))

_RANKED: Final = frozenset(("top_movies",))
"""Lists that follow numbers, and so are no facts."""

_STEADY: Final = frozenset(("runtime", "budget", "total_movies", "avg_budget", "avg_runtime"))
"""Numbers that hardly change from night to night: facts as well."""

_MEASURED_BY: Final[Mapping[str, str]] = {
    "avg_sentiment": "review_count",
    "vote_average": "vote_count",
    "value": "count",
}
"""A mean says nothing where the field that counts what it averages is 0."""


def _numbers_in(fields: Mapping[str, Field], prefix: str = "") -> Iterator[str]:
    for name, field in fields.items():
        if isinstance(field.read, Records):
            yield from _numbers_in(field.read.fields, f"{name}.")
        elif field.read in _NUMERIC and name not in _IDENTIFYING:
            yield prefix + name


NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {view: tuple(_numbers_in(fields)) for view, fields in VIEWS.items()}
"""Names of the numbers of each view; ``a.b`` is the mean of ``b`` in the entries of the list ``a``."""


FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    view: tuple(
        name
        for name, field in fields.items()
        if name not in _IDENTIFYING | _RANKED and (field.read not in _NUMERIC or name in _STEADY)
    )
    for view, fields in VIEWS.items()
}
"""Names of the facts of each view."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a sample keeps of one document.

    Args:
        day: of a point by day; ``None``: the document is none.
        numbers: in the order of ``NUMBERS``; NaN where absent.
        facts: hashes in the order of ``FACTS``.
        covers_until: seconds since 1970.
    """

    day: str | None
    numbers: tuple[float, ...]
    facts: tuple[int, ...]
    covers_until: float


def group_of(document: BatchDocument) -> str:
    """The group of a document, as sentences name it."""
    data = document.data
    match document.view_type:
        case "sentiment":
            return "sentiment by day" if "date" in data else "sentiment"
        case "genre_analytics":
            return f"genre_analytics by {'month' if 'month' in data else 'year'}"
        case "temporal_analytics":
            return f"temporal_analytics of {data['metric']}"
        case view:
            return view


def keys_of(document: BatchDocument) -> tuple[int, int]:
    """The key of a document in samples, and the key of what it is about on any day."""
    identity, day = identity_of(document), document.data.get("date")
    if day is None:
        key = stable_hash(identity)
        return key, key
    return stable_hash(identity), stable_hash(tuple(each for each in identity if each != day))


def entry_of(document: BatchDocument) -> Entry:
    """What a sample keeps of a document."""
    return Entry(
        document.data.get("date"),
        tuple(_number(document.data, name) for name in NUMBERS[document.view_type]),
        tuple(hash(_plain(document.data.get(name))) for name in FACTS[document.view_type]),
        document.covers_until.timestamp(),
    )


def list_fields(view_type: str, data: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yields each field that may be absent, how often it could stand in a document, and how often it is absent."""
    for name, field in VIEWS[view_type].items():
        if name in _IDENTIFYING:
            continue
        value = data.get(name)
        yield name, 1, value is None or value == "" or value == ()
        if isinstance(field.read, Records) and value:
            for inner in field.read.fields:
                yield f"{name}.{inner}", len(value), sum(entry.get(inner) is None for entry in value)


def _number(data: Mapping[str, Any], name: str) -> float:
    outer, _, inner = name.partition(".")
    value = data.get(outer)
    if inner:
        found = [entry[inner] for entry in value or () if entry.get(inner) is not None]
        return fmean(found) if found else math.nan
    if value is None or data.get(_MEASURED_BY.get(name, "")) == 0:
        return math.nan
    return float(value)


def _plain(value: Any) -> Hashable:
    """A value in which the order of lists and small noise in numbers don't count."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float | int):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return tuple(sorted((key, repr(_plain(each))) for key, each in value.items()))
    if isinstance(value, Iterable):
        return tuple(sorted(repr(_plain(each)) for each in value))
    return str(value)

"""Runs to compare: of the sample world night by night, with what spoils them, and small ones of a few documents."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from merger.contract.documents import Contract
from merger.contract.stamps import moment
from merger.core.boundary import Boundary
from merger.core.windows import DAY, HOUR
from merger.gates.limits import Limits
from merger.gates.measure import Measure
from merger.gates.summary import RunSummary, Summarizer
from sample_data.batch_job import Digest, JobRun, batch_documents
from sample_data.ledger import Ledger
from sample_data.replay import Replay
from sample_data.world import World
from tests.unit.merger.documents import Raw, at, batch_view, point, total
from tests.unit.merger.examples import DETAILS

Spoil = Callable[[list[Raw]], list[Raw]]

EPOCH = datetime(2026, 10, 10, tzinfo=UTC)
NOW = EPOCH + 400 * DAY

COUNTS = {"review_count", "positive_count", "negative_count", "neutral_count", "vote_count", "total_movies", "count"}
KEYS = {"date", "year", "month", "genre", "metric", "actor", "movie_id"}


def nights(
    number: int, *, seed: int = 1, scale: float = 0.02, hour: int = 0, new_days_only: bool = False
) -> Iterator[list[Raw]]:
    """The documents of one run a night; each writes all days, or only those that it completes."""
    world = World(EPOCH + seed * DAY, seed=seed, scale=scale)
    replay, ledger, since = Replay(world), Ledger(), None
    for night in range(1, number + 1):
        cut = world.epoch + night * DAY + hour * HOUR
        for begun, seen in replay.until(cut):
            ledger.enter(begun, seen)
        run = JobRun(cut, cut + 2 * HOUR)
        yield list(batch_documents(Digest(world, replay.states, ledger), run, since if new_days_only else None))
        since = cut


def by_view(documents: Iterable[Raw]) -> dict[str, list[Raw]]:
    """Documents by view type."""
    result: dict[str, list[Raw]] = defaultdict(list)
    for document in documents:
        result[document["view_type"]].append(document)
    return result


def summary_of(documents: Iterable[Raw], name: str = "run", now: datetime = NOW) -> RunSummary:
    """The summary of a run."""
    summarizer = Summarizer(name, Contract(), Boundary(now))
    for view_type, found in by_view(documents).items():
        summarizer.add(view_type, found)
    return summarizer.summary


def with_view(run: RunSummary, view_type: str, other: RunSummary) -> RunSummary:
    """A run with one view of another run in the place of its own."""
    groups = {name: group for name, group in run.groups.items() if group.view_type != view_type}
    result = RunSummary(run.run_id, {**groups, **other.groups}, copy.copy(run.read), copy.copy(run.violations))
    result.read[view_type], result.violations[view_type] = other.read[view_type], other.violations[view_type]
    return result


def _changed(documents: list[Raw], change: Callable[[str, Any, Raw], Any]) -> list[Raw]:
    def walk(value: Any, data: Raw, key: str = "") -> Any:
        if isinstance(value, Mapping):
            return {name: walk(each, data, name) for name, each in value.items()}
        if isinstance(value, list):
            return [walk(each, data, key) for each in value]
        return change(key, value, data)

    return [{**document, "data": walk(document["data"], document["data"])} for document in documents]


def every_second(documents: list[Raw]) -> list[Raw]:
    return documents[::2]


def first_half(documents: list[Raw]) -> list[Raw]:
    return documents[: len(documents) // 2]


def twice(documents: list[Raw]) -> list[Raw]:
    return [*documents, *({**document, "_id": f"{document['_id']}:again"} for document in documents)]


def doubled_counts(documents: list[Raw]) -> list[Raw]:
    return _changed(documents, lambda key, value, _: value * 2 if key in COUNTS else value)


def shifted(days: int) -> Spoil:
    """Another day for every date, and the next or former month for a genre's months."""

    def change(key: str, value: Any, _: Raw) -> Any:
        if key in ("date", "release_date"):
            return f"{moment(value) + timedelta(days=days):%Y-%m-%d}"
        return (value - 1 + days) % 12 + 1 if key == "month" else value

    return lambda documents: _changed(documents, change)


def shifted_coverage(days: int) -> Spoil:
    return lambda documents: [
        {**document, "covers_until": document["covers_until"] + days * DAY} for document in documents
    ]


def without_values(every: int) -> Spoil:
    """Null in the place of every value that names nothing, in one of so many documents."""

    def spoil(documents: list[Raw]) -> list[Raw]:
        return [
            {**document, "data": {key: value if key in KEYS else None for key, value in document["data"].items()}}
            if place % every == 0
            else document
            for place, document in enumerate(documents)
        ]

    return spoil


def rescaled(rating: Callable[[float], float], sentiment: Callable[[float], float]) -> Spoil:
    def change(key: str, value: Any, data: Raw) -> Any:
        metric = data.get("metric") if key == "value" else ""
        if key in ("vote_average", "avg_rating") or metric == "rating":
            return rating(value)
        return sentiment(value) if key == "avg_sentiment" or metric == "sentiment" else value

    return lambda documents: _changed(documents, change)


SPOILED: Mapping[str, Spoil] = {
    "half: every second document": every_second,
    "half: the job died": first_half,
    "every document twice": twice,
    "counts doubled": doubled_counts,
    "a day late": shifted(1),
    "a day early": shifted(-1),
    "covers a day less": shifted_coverage(-1),
    "covers a day that is to come": shifted_coverage(1),
    "nulls everywhere": without_values(1),
    "nulls in a tenth": without_values(10),
    "ratings of 100, sentiment from 0 to 1": rescaled(lambda value: value * 10, lambda value: (value + 1) / 2),
    "ratings of 5, sentiment halved": rescaled(lambda value: value / 2, lambda value: value / 2),
}
"""What goes wrong with runs."""


LEAVES_ALONE = {("actor_collaboration", kind) for kind in SPOILED if kind.startswith(("a day", "ratings"))}
"""Views without the days, or without the scales, that a fault would change."""

OLD, NEW = at("2026-03-09 00:00"), at("2026-03-10 00:00")
DAYS = [f"{OLD - number * DAY:%Y-%m-%d}" for number in (1, 2, 3)]


def details(number: int, covers: datetime, **changes: Any) -> list[Raw]:
    """Details of so many movies; a change that can be called takes the movie."""
    return [
        batch_view(
            "movie_details",
            {**DETAILS, **{key: each(movie) if callable(each) else each for key, each in changes.items()}},
            covers,
            movie_id=movie,
        )
        for movie in range(1, number + 1)
    ]


def totals(number: int, covers: datetime, reviews: int = 10, **more: Any) -> list[Raw]:
    """Lifetime totals of so many movies."""
    return [total(reviews, covers, movie_id=movie, **more) for movie in range(1, number + 1)]


def points(number: int, covers: datetime, days: Iterable[str] = DAYS, reviews: int = 10) -> list[Raw]:
    """Points of so many movies on each day."""
    return [point(day, reviews, covers, movie_id=movie) for day in days for movie in range(1, number + 1)]


def faults(
    gate: Callable[..., Iterable[Measure]], run: list[Raw], before: list[Raw] | None, limits: Limits | None = None
) -> list[str]:
    """What a gate finds wrong, in the order in which it looks."""
    earlier = None if before is None else summary_of(before, "old")
    return [each.fault for each in gate(summary_of(run, "new"), earlier, limits or Limits()) if each.fault]

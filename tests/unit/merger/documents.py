"""Raw documents as producers write them, and the sentiment that most tests here compute from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from merger.catalogue.catalogue import Catalogue
from merger.contract.coverage import without_future
from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary, Layers, Policy, SpeedLayer
from merger.core.windows import HOUR, Granularity, parse_span
from merger.views.reading import ViewInputs, ViewResult
from movies.sentiment import movie_sentiment

MOVIE = 550
Raw = dict[str, Any]


def at(text: str) -> datetime:
    """``2026-03-10 02:00`` as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sentiment(reviews: int, average: float = 0.5, **more: Any) -> Raw:
    """A sentiment payload whose reviews all have the same score."""
    return {
        "avg_sentiment": average,
        "review_count": reviews,
        "positive_count": reviews if average > 0.05 else 0,
        "negative_count": reviews if average < -0.05 else 0,
        "neutral_count": reviews if -0.05 <= average <= 0.05 else 0,
        **more,
    }


def batch_view(view_type: str, data: Any, covers: datetime, movie_id: int = MOVIE, **more: Any) -> Raw:
    """A batch document of a run that took an hour."""
    return {
        "movie_id": movie_id,
        "view_type": view_type,
        "data": data,
        "computed_at": covers + HOUR,
        "covers_until": covers,
        "batch_run_id": f"run-{covers:%Y%m%dT%H}",
        "version": 1,
        **more,
    }


def total(reviews: int, covers: datetime, average: float = 0.5, **more: Any) -> Raw:
    """A lifetime total: a batch ``sentiment`` document without a date."""
    return batch_view("sentiment", sentiment(reviews, average), covers, **more)


def point(day: str, reviews: int, covers: datetime, average: float = 0.5, **more: Any) -> Raw:
    """A day's point of the batch layer."""
    return batch_view("sentiment", sentiment(reviews, average, date=day), covers, **more)


def bucket(hour: datetime, reviews: int, average: float = 0.5, **more: Any) -> Raw:
    """A speed bucket of one hour, synced when the hour was over unless ``synced_at`` says otherwise."""
    return {
        "movie_id": MOVIE,
        "data_type": "sentiment",
        "hour": hour,
        "data": sentiment(reviews, average),
        "synced_at": hour + HOUR,
        **more,
    }


def hourly(start: datetime, end: datetime, reviews: int = 1, **more: Any) -> list[Raw]:
    """One speed bucket per hour of ``[start, end)``."""
    count = int((end - start) / HOUR)
    return [bucket(start + index * HOUR, reviews, **more) for index in range(count)]


def layer_of(documents: Documents, data_type: str) -> SpeedLayer:
    """The state of the speed layer as shown by the documents."""
    found = documents.speed_of(data_type)
    return SpeedLayer(
        held=frozenset(document.hour for document in found),
        synced_at=max((document.synced_at for document in found), default=None),
    )


def layers_of(documents: Documents) -> Layers:
    """The state of both layers as shown by the documents."""
    return Layers(
        batch_computed_at=max((document.computed_at for document in documents.batch), default=None),
        speed={kind: layer_of(documents, kind) for kind in ("sentiment", "stats", "trending")},
    )


def view_inputs(
    now: datetime,
    batch: Iterable[Mapping[str, Any]] = (),
    speed: Iterable[Mapping[str, Any]] = (),
    *,
    policy: Policy | None = None,
    layers: Layers | None = None,
    catalogue: Catalogue | None = None,
) -> ViewInputs:
    """The inputs of a view from raw documents; the state of the layers follows from these unless given."""
    boundary = Boundary(now, policy or Policy())
    documents = without_future(Contract().read(batch=batch, speed=speed), boundary)
    return ViewInputs(
        boundary=boundary,
        layers=layers or layers_of(documents),
        documents=documents,
        catalogue=catalogue or Catalogue(),
    )


def ask(
    now: datetime,
    batch: Iterable[Mapping[str, Any]] = (),
    speed: Iterable[Mapping[str, Any]] = (),
    *,
    window: str = "all",
    granularity: Granularity = Granularity.DAY,
    **options: Any,
) -> ViewResult:
    """The sentiment of ``MOVIE``, which must be known."""
    span = parse_span(window)
    result = movie_sentiment(MOVIE, span, granularity, view_inputs(now, batch, speed, **options))
    assert result is not None
    return result


def reviews_of(result: ViewResult) -> int:
    reviews: int = result.body["sentiment"]["total_reviews"]
    return reviews


def points_of(result: ViewResult) -> dict[str, tuple[int, str]]:
    """The timeline as date or hour → (reviews, data source)."""
    return {
        entry.get("date") or entry["hour"]: (entry["review_count"], entry["data_source"])
        for entry in result.body["breakdown"]
    }


def missing_of(result: ViewResult) -> list[tuple[str | None, str]]:
    """The missing intervals as ``(MM-DD HH:MM, MM-DD HH:MM)``."""
    return [(_short(start) if start else None, _short(end)) for start, end in result.freshness.missing]


def assumed_of(result: ViewResult) -> list[tuple[str | None, str, str]]:
    """The assumed intervals as ``(MM-DD HH:MM, MM-DD HH:MM, reason)``."""
    assumed = result.freshness.assumed
    return [(_short(each.start) if each.start else None, _short(each.end), each.reason.value) for each in assumed]


def codes_of(result: ViewResult) -> set[str]:
    """The stable codes at the beginning of the warnings."""
    return {warning.partition(":")[0] for warning in result.freshness.warnings}


def _short(moment: datetime) -> str:
    return f"{moment:%m-%d %H:%M}"

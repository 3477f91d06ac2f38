"""What both layers hold, hour by hour, and what neither does: one report for the command and for pages (M8, O3, O4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from merger import wiring
from merger.contract.documents import BatchDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.intervals import as_intervals, closed_hours, intervals_as_list
from merger.core.windows import isoformat
from merger.errors import Interval
from merger.operations import probes
from merger.views.freshness import describe

SHOWN = timedelta(hours=72)
"""How far back the report goes, at least."""

MERGED = "sentiment"
"""The type that both layers count events of: what neither holds of it is missing."""


def freshness_report(boundary: Boundary, layers: Layers, views: Mapping[str, BatchDocument | None]) -> dict[str, Any]:
    """The report; times as ISO 8601 in UTC, intervals half-open.

    Args:
        boundary: of this moment.
        layers: of every speed data type.
        views: newest document by view type; ``None``: there is none.
    """
    merged = views.get(MERGED)
    watermark = None if merged is None else boundary.watermark(merged.covers_until)
    since = min(boundary.open_hour - SHOWN, boundary.cutoff, watermark or boundary.open_hour)
    coverage = {name: SpeedCoverage(boundary, layer) for name, layer in layers.speed.items()}
    missing = _missing(coverage[MERGED], watermark, boundary) if MERGED in coverage else ()
    told = describe(
        boundary,
        layers,
        speed_types=tuple(layers.speed),
        batch_as_of=watermark,
        missing=[missing],
    )
    return {
        "now": isoformat(boundary.now),
        "since": isoformat(since),
        "strategy": boundary.policy.strategy.value,
        "open_hour": isoformat(boundary.open_hour),
        "speed_from": isoformat(boundary.speed_from),
        "batch": {name: _batch(view) for name, view in views.items()},
        "speed": {name: _speed(boundary, layers, name, held, since) for name, held in sorted(coverage.items())},
        "freshness": told.as_dict(),
    }


def current_report() -> dict[str, Any]:
    """The report of this moment.

    Raises:
        StoreError: MongoDB does not answer.
    """
    boundary, layers = wiring.patient_layers(probes.LAYERS_LIMIT)
    return freshness_report(boundary, layers, probes.newest_views(boundary))


def is_fine(report: Mapping[str, Any]) -> bool:
    """Whether nothing is missing and nothing is late."""
    return not report["freshness"]["missing"] and not report["freshness"]["warnings"]


def _missing(held: SpeedCoverage, watermark: datetime | None, boundary: Boundary) -> Iterable[Interval]:
    first = watermark or held.first_held or boundary.open_hour
    holes = as_intervals(hour for hour in closed_hours(first, boundary.open_hour, None) if not held.holds(hour))
    return holes if watermark is not None else ((None, first), *holes)


def _batch(view: BatchDocument | None) -> dict[str, str] | None:
    if view is None:
        return None
    return {"computed_at": isoformat(view.computed_at), "covers_until": isoformat(view.covers_until)}


def _speed(boundary: Boundary, layers: Layers, name: str, held: SpeedCoverage, since: datetime) -> dict[str, Any]:
    layer = layers.speed_of(name)
    hours = [hour for hour in closed_hours(since, boundary.open_hour, None) if held.holds(hour)]
    return {
        "synced_at": layer.synced_at and isoformat(layer.synced_at),
        "lag_seconds": layer.synced_at and max(0, int((boundary.now - layer.synced_at).total_seconds())),
        "is_lagging": boundary.is_lagging(layer),
        "hours_held": len(hours),
        "held": intervals_as_list(as_intervals(hours)),
    }

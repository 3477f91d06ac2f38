"""Report of what both layers hold, hour by hour, and which hours neither holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from merger import wiring
from merger.contract.documents import BatchDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage, SpeedLayer
from merger.core.evidence import Assumption
from merger.core.intervals import (
    as_intervals,
    assumptions_as_list,
    closed_hours,
    intervals_as_list,
    unite_assumptions,
)
from merger.core.windows import HOUR, isoformat
from merger.errors import Interval
from merger.operations import probes
from merger.views.freshness import describe

REPORTED_PERIOD = timedelta(hours=72)
"""The report goes back at least this far."""

MERGED_TYPE = "sentiment"
"""The one type whose events both layers count: its hours that neither layer holds are missing."""


def freshness_report(boundary: Boundary, layers: Layers, views: Mapping[str, BatchDocument | None]) -> dict[str, Any]:
    """Builds the report; times are ISO 8601 in UTC, intervals half-open.

    Args:
        boundary: the time boundary now.
        layers: state of both layers, with every speed data type.
        views: newest document by view type; ``None`` where there is none.
    """
    merged_view = views.get(MERGED_TYPE)
    watermark = None if merged_view is None else boundary.watermark(merged_view.covers_until)
    since = min(boundary.open_hour - REPORTED_PERIOD, boundary.cutoff, watermark or boundary.open_hour)
    coverage = {name: SpeedCoverage(boundary, layer) for name, layer in layers.speed.items()}
    merged = coverage.get(MERGED_TYPE)
    missing = () if merged is None else _missing_intervals(merged, watermark, boundary)
    assumed = (
        () if merged is None else _assumptions(merged.layer, closed_hours(watermark or since, boundary.open_hour, None))
    )
    freshness = describe(
        boundary, layers, speed_types=tuple(layers.speed), batch_as_of=watermark, missing=[missing], assumed=assumed
    )
    return {
        "now": isoformat(boundary.now),
        "since": isoformat(since),
        "strategy": boundary.policy.strategy.value,
        "open_hour": isoformat(boundary.open_hour),
        "speed_from": isoformat(boundary.speed_from),
        "batch": {name: _batch_times(view) for name, view in views.items()},
        "speed": {name: _speed_state(boundary, layers, name, held, since) for name, held in sorted(coverage.items())},
        "freshness": freshness.as_dict(),
    }


def current_report() -> dict[str, Any]:
    """Reads both layers and builds the report.

    Raises:
        StoreError: MongoDB does not answer.
    """
    boundary, layers = wiring.patient_layers(probes.LAYERS_TIMEOUT_SECONDS)
    return freshness_report(boundary, layers, probes.newest_views(boundary))


def is_fine(report: Mapping[str, Any]) -> bool:
    """Whether nothing is missing and nothing is late."""
    return not report["freshness"]["missing"] and not report["freshness"]["warnings"]


def _missing_intervals(held: SpeedCoverage, watermark: datetime | None, boundary: Boundary) -> Iterable[Interval]:
    first = watermark or held.first_held or boundary.open_hour
    intervals = as_intervals(hour for hour in closed_hours(first, boundary.open_hour, None) if not held.holds(hour))
    return intervals if watermark is not None else ((None, first), *intervals)


def _assumptions(layer: SpeedLayer, hours: Iterable[datetime]) -> tuple[Assumption, ...]:
    return unite_assumptions(
        Assumption(hour, hour + HOUR, layer.assumed[hour]) for hour in hours if hour in layer.assumed
    )


def _batch_times(view: BatchDocument | None) -> dict[str, str] | None:
    if view is None:
        return None
    return {"computed_at": isoformat(view.computed_at), "covers_until": isoformat(view.covers_until)}


def _speed_state(boundary: Boundary, layers: Layers, name: str, held: SpeedCoverage, since: datetime) -> dict[str, Any]:
    layer = layers.speed_of(name)
    hours = [hour for hour in closed_hours(since, boundary.open_hour, None) if held.holds(hour)]
    return {
        "synced_at": layer.synced_at and isoformat(layer.synced_at),
        "as_of": layer.as_of and isoformat(layer.as_of),
        "lag_seconds": layer.as_of and max(0, int((boundary.now - layer.as_of).total_seconds())),
        "is_lagging": boundary.is_lagging(layer),
        "hours_held": len(hours),
        "held": intervals_as_list(as_intervals(hours)),
        "assumed": assumptions_as_list(_assumptions(layer, hours)),
    }

"""How an answer came about, as plain data for staff: plan, boundary, layers, and how MongoDB runs each read (O2). Pure.

Filters are written as extended JSON is (``{"$date": …}``), so that they can be pasted into a MongoDB shell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from merger.answers.reader import Planned
from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.windows import Span, isoformat
from merger.errors import StoreError
from merger.speed.hour_range import HourRange
from merger.stores.store import Find
from merger.views.plans import Plan, View

AWAY, EMPTY, STALE, LAGGING, CURRENT = "away", "empty", "stale", "lagging", "current"
"""States of a layer."""


def described_plan(view: View[Any], params: object, boundary: Boundary, planned: Planned) -> dict[str, Any]:
    """What would be read for a question at this moment.

    Args:
        view: that it asks.
        params: its parameters, a frozen dataclass; ``None`` where it takes none.
        boundary: as of now.
        planned: from the reader.

    Returns:
        ``view``, ``params``, ``boundary``, ``layers`` and ``plan``, ready for JSON; times ISO 8601 in UTC.
    """
    return {
        "view": view.name,
        "params": _params(params),
        "boundary": {
            "now": isoformat(boundary.now),
            "strategy": boundary.policy.strategy.value,
            "cutoff": isoformat(boundary.cutoff),
            "speed_from": isoformat(boundary.speed_from),
            "open_hour": isoformat(boundary.open_hour),
        },
        "layers": {
            "batch": {"read": _reads(planned.plan, BATCH), **_batch(boundary, planned.layers)},
            "speed": {"read": _reads(planned.plan, SPEED), **_speed(boundary, planned.layers)},
        },
        "plan": {
            "reads": [_read(*each) for each in zip(planned.plan.reads, planned.found, strict=True)],
            "hours_of_all_movies": planned.plan.hours and _hours(planned.plan.hours),
            "catalogue": planned.plan.reference,
            "catalogue_as_of_run": planned.catalogue_as_of and isoformat(planned.catalogue_as_of),
        },
    }


def _params(params: object) -> dict[str, Any]:
    fields = dataclasses.fields(params) if dataclasses.is_dataclass(params) else ()
    return {each.name: _plain(getattr(params, each.name)) for each in fields}


def _reads(plan: Plan, collection: str) -> bool:
    """Whether an answer that has to be made reads documents of it; the catalogue is kept, and counts as none."""
    return any(read.collection == collection for read in plan.reads) or (collection == SPEED and plan.hours is not None)


def _batch(boundary: Boundary, layers: Layers) -> dict[str, Any]:
    computed_at = layers.batch_computed_at
    state = EMPTY if computed_at is None else STALE if boundary.is_stale(computed_at) else CURRENT
    return {
        "state": AWAY if LAYER_OF[BATCH] in layers.away else state,
        "computed_at": computed_at and isoformat(computed_at),
    }


def _speed(boundary: Boundary, layers: Layers) -> dict[str, Any]:
    is_away = LAYER_OF[SPEED] in layers.away
    return {
        "types": {
            name: {
                "state": AWAY if is_away else _state(boundary, layer),
                "synced_at": layer.synced_at and isoformat(layer.synced_at),
                "hours_held": len(layer.held),
                "first_hour": isoformat(min(layer.held)) if layer.held else None,
                "last_hour": isoformat(max(layer.held)) if layer.held else None,
            }
            for name, layer in sorted(layers.speed.items())
        }
    }


def _state(boundary: Boundary, layer: SpeedLayer) -> str:
    if layer.synced_at is None:
        return EMPTY
    return LAGGING if boundary.is_lagging(layer) else CURRENT


def _hours(hours: HourRange) -> dict[str, Any]:
    return {"types": list(hours.types), "start": _plain(hours.window.start), "end": _plain(hours.window.end)}


def _read(read: Find, found: Mapping[str, Any] | StoreError) -> dict[str, Any]:
    asked = {"collection": read.collection, "filter": _extended(read.filter), "without": list(read.without)}
    if isinstance(found, StoreError):
        return {**asked, "error": str(found)}
    plan, stats = found.get("queryPlanner", {}).get("winningPlan", {}), found.get("executionStats", {})
    stages = list(_stages(plan))
    return {
        **asked,
        "indexes": sorted({each["indexName"] for each in stages if "indexName" in each}),
        "scans_collection": any(each["stage"] == "COLLSCAN" for each in stages),
        "keys_examined": stats.get("totalKeysExamined"),
        "documents_examined": stats.get("totalDocsExamined"),
        "documents_returned": stats.get("nReturned"),
        "server_ms": stats.get("executionTimeMillis"),
    }


def _stages(plan: Any) -> Iterator[Mapping[str, Any]]:
    """Every stage of a winning plan, whatever a server's version, or a cluster, has put around it."""
    if isinstance(plan, Mapping):
        if "stage" in plan:
            yield plan
        for value in plan.values():
            yield from _stages(value)
    elif isinstance(plan, Sequence) and not isinstance(plan, str | bytes):
        for value in plan:
            yield from _stages(value)


def _extended(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _extended(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_extended(each) for each in value]
    return {"$date": isoformat(value)} if isinstance(value, datetime) else value


def _plain(value: Any) -> Any:
    """A parameter as JSON has it."""
    if isinstance(value, Span):
        return value.label
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return isoformat(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)

"""Explains an answer to staff as plain data: plan, boundary, layers, and how MongoDB runs each read. Pure.

Filters are written as extended JSON (``{"$date": …}``), so that they can be pasted into a MongoDB shell.
Requirement O2.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from bson import json_util

from merger.answers.answer import COMPUTED, Answer
from merger.answers.reader import PlannedReads
from merger.cache.answer_cache import MISS
from merger.cache.terms import CacheRequest
from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.windows import Span, isoformat
from merger.errors import StoreError
from merger.speed.tables import HourRange
from merger.stores.store import Find
from merger.views.plans import Plan, View

AWAY, EMPTY, STALE, LAGGING, CURRENT = "away", "empty", "stale", "lagging", "current"
"""States of a layer."""


def describe_plan(view: View[Any], params: object, boundary: Boundary, planned: PlannedReads) -> dict[str, Any]:
    """Describes what would be read for a request at this moment.

    Args:
        view: what is asked for.
        params: its parameters, a frozen dataclass; ``None`` where it takes none.
        boundary: the current one.
        planned: what ``Reader.explain`` returned.

    Returns:
        ``view``, ``params``, ``boundary``, ``layers`` and ``plan``, ready for JSON; times ISO 8601 in UTC.
    """
    return {
        "view": view.name,
        "params": _describe_params(params),
        "boundary": {
            "now": isoformat(boundary.now),
            "strategy": boundary.policy.strategy.value,
            "cutoff": isoformat(boundary.cutoff),
            "speed_from": isoformat(boundary.speed_from),
            "open_hour": isoformat(boundary.open_hour),
        },
        "layers": {
            "batch": {"read": _is_read(planned.plan, BATCH), **_describe_batch(boundary, planned.layers)},
            "speed": {"read": _is_read(planned.plan, SPEED), **_describe_speed(boundary, planned.layers)},
        },
        "plan": {
            "reads": [_describe_read(*each) for each in zip(planned.plan.reads, planned.explanations, strict=True)],
            "hours_of_all_movies": planned.plan.hours and _describe_hours(planned.plan.hours),
            "catalogue": planned.plan.catalogue,
            "catalogue_as_of_run": planned.catalogue_as_of and isoformat(planned.catalogue_as_of),
        },
    }


def describe_cache(answer: Answer, request: CacheRequest, held_by: str) -> dict[str, Any]:
    """Describes what the cache did for an answer; ``held_by`` is where it lay, unless it was computed."""
    return {
        "state": answer.state,
        "given_by": COMPUTED if answer.state == MISS else held_by,
        "key": request.key,
        "age_seconds": answer.age,
        "fresh_for_seconds": answer.max_age,
        "took_ms": round(1000 * answer.entry.cost, 3),
        "bytes": len(answer.entry.stored),
        "generations": dict(zip(request.generations, answer.entry.generations, strict=False)),
    }


def _describe_params(params: object) -> dict[str, Any]:
    fields = dataclasses.fields(params) if dataclasses.is_dataclass(params) else ()
    return {each.name: _plain_json(getattr(params, each.name)) for each in fields}


def _is_read(plan: Plan, collection: str) -> bool:
    """Whether computing an answer reads documents of a collection; using the catalogue does not count as a read."""
    return any(read.collection == collection for read in plan.reads) or (collection == SPEED and plan.hours is not None)


def _describe_batch(boundary: Boundary, layers: Layers) -> dict[str, Any]:
    computed_at = layers.batch_computed_at
    state = EMPTY if computed_at is None else STALE if boundary.is_stale(computed_at) else CURRENT
    return {
        "state": AWAY if LAYER_OF[BATCH] in layers.away else state,
        "computed_at": computed_at and isoformat(computed_at),
    }


def _describe_speed(boundary: Boundary, layers: Layers) -> dict[str, Any]:
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


def _describe_hours(hours: HourRange) -> dict[str, Any]:
    return {"types": list(hours.types), "start": _plain_json(hours.window.start), "end": _plain_json(hours.window.end)}


def _describe_read(read: Find, explanation: Mapping[str, Any] | StoreError) -> dict[str, Any]:
    filter_json = json.loads(json_util.dumps(read.filter))
    request = {"collection": read.collection, "filter": filter_json, "without": list(read.without)}
    if isinstance(explanation, StoreError):
        return {**request, "error": str(explanation)}
    plan, stats = explanation.get("queryPlanner", {}).get("winningPlan", {}), explanation.get("executionStats", {})
    stages = list(_stages(plan))
    return {
        **request,
        "indexes": sorted({each["indexName"] for each in stages if "indexName" in each}),
        "scans_collection": any(each["stage"] == "COLLSCAN" for each in stages),
        "keys_examined": stats.get("totalKeysExamined"),
        "documents_examined": stats.get("totalDocsExamined"),
        "documents_returned": stats.get("nReturned"),
        "server_ms": stats.get("executionTimeMillis"),
    }


def _stages(plan: Any) -> Iterator[Mapping[str, Any]]:
    """Every stage of a winning plan, wherever a server's version, or a cluster, nests it."""
    if isinstance(plan, Mapping):
        if "stage" in plan:
            yield plan
        for value in plan.values():
            yield from _stages(value)
    elif isinstance(plan, Sequence) and not isinstance(plan, str | bytes):
        for value in plan:
            yield from _stages(value)


def _plain_json(value: Any) -> Any:
    """Converts a parameter to plain JSON."""
    if isinstance(value, Span):
        return value.label
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return isoformat(value)
    if isinstance(value, list | tuple):
        return [_plain_json(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)

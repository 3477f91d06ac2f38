"""The freshness of an answer: its sources, how far they reach, and what they lack.

Requirements M8, F3 and F4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from merger.contract.documents import Documents, Skipped
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.evidence import Assumption
from merger.core.intervals import (
    assumptions_as_list,
    intervals_as_list,
    optional_isoformat,
    union,
    unite_assumptions,
)
from merger.core.windows import isoformat
from merger.errors import Interval
from merger.views.sentences import sentences


class TTLClass(StrEnum):
    """Lifetime class of an answer; the seconds of each are settings.

    Requirement C1.
    """

    VOLATILE = "volatile"
    STABLE = "stable"
    VERY_STABLE = "very_stable"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The ``freshness`` object of an answer.

    Args:
        cutoff: the time boundary's nominal cutoff.
        batch_as_of: event time up to which the batch documents of this answer are complete; ``None``: it has none.
        speed_as_of: when the speed layer last had news; ``None``: it is not used, or it holds nothing.
        missing: intervals that neither layer holds.
        assumed: intervals that the answer takes for known although nothing proves it.
        warnings: sentences that each begin with a stable code and a colon.
        away: layers, ``batch`` or ``speed``, that did not answer. What the answer has of them is an earlier copy.
    """

    cutoff: datetime
    batch_as_of: datetime | None
    speed_as_of: datetime | None
    missing: tuple[Interval, ...] = ()
    warnings: tuple[str, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    away: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, and no layer is away that may hold more than the answer shows."""
        return not (self.missing or self.away)

    @property
    def proven(self) -> bool:
        return self.complete and not self.assumed

    def as_dict(self) -> dict[str, Any]:
        return {
            "cutoff": isoformat(self.cutoff),
            "batch_as_of": optional_isoformat(self.batch_as_of),
            "speed_as_of": optional_isoformat(self.speed_as_of),
            "complete": self.complete,
            "missing": intervals_as_list(self.missing),
            "proven": self.proven,
            "assumed": assumptions_as_list(self.assumed),
            "warnings": list(self.warnings),
        }


LAYER_AWAY: Mapping[str, str] = {
    "batch": "the batch layer is not answering; its documents are missing here, or come from an earlier copy",
    "speed": "the speed layer is not answering; its documents are missing here",
}
"""Warning in an answer that lacks a layer, by layer.

Requirement F5.
"""


def describe(
    boundary: Boundary,
    layers: Layers,
    *,
    speed_types: Iterable[str] = (),
    batch_as_of: datetime | None = None,
    missing: Iterable[Iterable[Interval]] = (),
    assumed: Iterable[Assumption] = (),
    documents: Documents | None = None,
    warnings: Iterable[str] = (),
) -> Freshness:
    """Describes the freshness of an answer, with the warnings that follow from the layers' state.

    Args:
        boundary: the request's time boundary.
        layers: both layers as a whole.
        speed_types: the speed layer's data types that this answer rests on; empty for a batch-only one.
        batch_as_of: coverage of the batch documents in the answer.
        missing: groups of intervals, to be united.
        assumed: in any order; those of the same reason are united.
        documents: what was read; skipped ones give a warning.
        warnings: the answer's own.
    """
    speed = [layers.speed_of(data_type) for data_type in speed_types]
    # The answer is no fresher than the slowest of the types that it needs.
    speed_as_of = min((layer.as_of for layer in speed if layer.as_of is not None), default=None)
    messages = [f"{layer}_unavailable: {LAYER_AWAY[layer]}" for layer in sorted(layers.away)]
    messages += [*warnings, *_layer_warnings(boundary, layers, speed, speed_as_of)]
    unread = [skip for skip in documents.skipped if not skip.is_ahead] if documents is not None else []
    if unread:
        messages.append(_skipped_warning(unread))
    if documents is not None and _any_ahead(documents, boundary):
        messages.append("clock_ahead: documents stamped in the future were left out")
    lacking, guessed = union(*missing), unite_assumptions(assumed)
    messages += sentences(lacking, guessed, documents.skipped if documents is not None else ())
    told = tuple(dict.fromkeys(messages))
    return Freshness(boundary.cutoff, batch_as_of, speed_as_of, lacking, told, guessed, layers.away)


def _layer_warnings(
    boundary: Boundary, layers: Layers, speed: Collection[SpeedLayer], speed_as_of: datetime | None
) -> Iterator[str]:
    """Warns of layers that lag, are stale or hold nothing."""
    if any(boundary.is_lagging(layer) for layer in speed) and speed_as_of is not None:
        without_news = [layer for layer in speed if layer.as_of == speed_as_of != layer.synced_at]
        did = "was synced, but has no new hour since" if without_news else "was last synced at"
        yield f"speed_lagging: the speed layer {did} {isoformat(speed_as_of)}"
    if speed and speed_as_of is None and "speed" not in layers.away:
        yield "speed_empty: the speed layer holds no documents of this type"
    if boundary.is_stale(layers.batch_computed_at) and layers.batch_computed_at is not None:
        yield f"batch_stale: the newest batch run is from {isoformat(layers.batch_computed_at)}"
    if layers.batch_computed_at is None and "batch" not in layers.away:
        yield "batch_empty: the batch layer holds no documents"


def source_of(sources: Iterable[str]) -> str:
    """``batch`` or ``speed`` where one layer answers alone, else ``merged``, also for an empty answer."""
    found = set(sources)
    return found.pop() if len(found) == 1 else "merged"


def _skipped_warning(skipped: Iterable[Skipped]) -> str:
    kinds = sorted({entry.kind for entry in skipped})
    shown = ", ".join(kinds[:5]) + (", …" if len(kinds) > 5 else "")
    # The number of documents is left out: a duplicate of a bad one must not change the answer (M7).
    return f"documents_skipped: some stored documents could not be read ({shown})"


def _any_ahead(documents: Documents, boundary: Boundary) -> bool:
    return any(skip.is_ahead for skip in documents.skipped) or any(
        boundary.is_ahead(d.synced_at) for d in documents.speed
    )

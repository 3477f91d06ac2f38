"""What producers should add so that answers made of their documents are complete and proven.

Requirements M8 and D6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from merger.contract.documents import BatchDocument, Heartbeat, SpeedDocument


@dataclass(slots=True)
class Seen:
    """What the documents of some files state, as far as advice needs it.

    Attributes:
        counts: numbers of documents by what they have or lack.
        totals: movies with a lifetime total.
        daily: movies with daily points.
        heartbeats: data types that have heartbeats.
        types: data types that have documents.
        runs: batch runs that documents name.
        recorded: published batch runs whose records state their documents.
    """

    counts: Counter[str] = field(default_factory=Counter)
    totals: set[int | None] = field(default_factory=set)
    daily: set[int | None] = field(default_factory=set)
    heartbeats: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)

    def add(self, found: BatchDocument | SpeedDocument | Heartbeat, raw: Mapping[str, Any]) -> None:
        """Notes a readable document."""
        if isinstance(found, Heartbeat):
            self.heartbeats.add(found.data_type)
        elif isinstance(found, BatchDocument):
            self._add_batch(found)
        else:
            self._add_speed(found, raw)

    def _add_batch(self, found: BatchDocument) -> None:
        self.counts["batch"] += 1
        self.counts["without coverage"] += not found.is_coverage_stated
        self.counts["without run"] += not found.run_id
        self.runs |= {found.run_id} - {""}
        if found.view_type == "sentiment":
            (self.totals if found.data.get("date") is None else self.daily).add(found.movie_id)

    def _add_speed(self, found: SpeedDocument, raw: Mapping[str, Any]) -> None:
        self.types.add(found.data_type)
        self.counts["speed"] += 1
        self.counts["without expiry"] += raw.get("ttl_expires_at") is None
        self.counts["without sync"] += all(raw.get(name) is None for name in ("synced_at", "updated_at"))
        self.counts["parts"] += found.part is not None


_MOST_NAMED = 3


def advice_on(seen: Seen) -> Iterator[str]:
    """Yields sentences that each say what to add, and what answers say without it."""
    yield from _advice_on_batch(seen)
    yield from _advice_on_speed(seen)
    for layer, other in (("batch", "speed"), ("speed", "batch")):
        if seen.counts[layer] and not seen.counts[other]:
            yield f"Check {other} documents together with these: here the {other} layer holds nothing."


def _advice_on_batch(seen: Seen) -> Iterator[str]:
    counts = seen.counts
    if counts["without coverage"]:
        yield (
            f"Add `covers_until` to {_of(counts, 'without coverage', 'batch')} batch documents: the event time up to "
            "which the job's input was complete. Without it the hours before `computed_at` are assumed (`coverage`)."
        )
    if counts["without run"]:
        yield (
            f"Add `batch_run_id` to {_of(counts, 'without run', 'batch')} batch documents, and write a record of the "
            "run. Without it a movie that a run does not name is assumed to have had no events (`absent`)."
        )
    unrecorded = sorted(seen.runs - seen.recorded)
    if unrecorded:
        yield (
            f"Write a record of {', '.join(unrecorded[:_MOST_NAMED])} to `batch_runs` when the run is complete, with "
            "its `documents` per view, and check it together with these."
        )
    lifetime_only = len(seen.totals - seen.daily)
    if lifetime_only:
        yield (
            f"Add daily points (`data.date`) to the sentiment of {lifetime_only:,} movies: a lifetime total answers "
            "`window=all` alone, and any other window says that its days are missing."
        )


def _advice_on_speed(seen: Seen) -> Iterator[str]:
    counts = seen.counts
    silent = sorted(seen.types - seen.heartbeats)
    if silent:
        yield (
            f"Write a heartbeat for every hour of {', '.join(silent)}: without it an hour that no movie has a document "
            "of is assumed to have been quiet (`quiet`), or is missing."
        )
    if counts["parts"]:
        yield (
            f"{_of(counts, 'parts', 'speed')} speed documents are windows smaller than an hour: name each window by "
            "`window_start` and `window_end`, or write whole hours. Else versions can't be told from parts (`partial`)."
        )
    if counts["without sync"]:
        yield (
            f"Add `synced_at` to {_of(counts, 'without sync', 'speed')} speed documents: of two of the same hour the "
            "newer one counts, and without it an hour can't be told from one that was cut short (`cut`)."
        )
    if counts["without expiry"]:
        yield (
            f"Add `ttl_expires_at` (`hour` + 48 h) to {_of(counts, 'without expiry', 'speed')} speed documents: "
            "without it MongoDB never deletes them. `load_views` adds it."
        )


def _of(counts: Counter[str], some: str, every: str) -> str:
    return f"all {counts[every]:,}" if counts[some] == counts[every] else f"{counts[some]:,} of {counts[every]:,}"

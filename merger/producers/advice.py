"""What producers should add so that answers made of their documents are complete and proven.

Requirements M8 and D6.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract.documents import BatchDocument, Heartbeat, SpeedDocument


@dataclass(slots=True)
class Seen:
    """What the documents of some files state, as far as advice needs it.

    Attributes:
        counts: numbers of documents by what they have or lack.
        totals: by movie, when its newest lifetime total was written, and its reviews.
        daily: the same by movie and day, of its daily points.
        heartbeats: data types that have heartbeats.
        types: data types that have documents.
        runs: batch runs that documents name.
        recorded: by published batch run, how many documents of each view its record states.
        withheld: batch runs whose records are not published.
        written: numbers of documents by batch run and view.
    """

    counts: Counter[str] = field(default_factory=Counter)
    totals: dict[int | None, tuple[datetime, int]] = field(default_factory=dict)
    daily: defaultdict[int | None, dict[str, tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(dict))
    heartbeats: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    recorded: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)

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
        self.written[found.run_id, found.view_type] += 1
        if found.view_type == "sentiment":
            reviews, day = (found.computed_at, found.data["review_count"]), found.data.get("date")
            if day is None:
                self.totals[found.movie_id] = max(reviews, self.totals.get(found.movie_id, reviews))
            else:
                points = self.daily[found.movie_id]
                points[day] = max(reviews, points.get(day, reviews))

    def _add_speed(self, found: SpeedDocument, raw: Mapping[str, Any]) -> None:
        self.types.add(found.data_type)
        self.counts["speed"] += 1
        self.counts["without expiry"] += raw.get("ttl_expires_at") is None
        self.counts["without sync"] += all(raw.get(name) is None for name in ("synced_at", "updated_at"))
        self.counts["parts"] += found.part is not None and not found.part.is_named


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
    yield from _advice_on_runs(seen)
    lifetime_only = len(seen.totals.keys() - seen.daily.keys())
    if lifetime_only:
        yield (
            f"Add daily points (`data.date`) to the sentiment of {lifetime_only:,} movies: a lifetime total answers "
            "`window=all` alone, and any other window says that its days are missing."
        )
    differing = sum(
        sum(number for _, number in seen.daily[movie].values()) != number
        for movie, (_, number) in seen.totals.items()
        if movie in seen.daily
    )
    if differing:
        yield (
            f"Write a daily point for every day of the sentiment of {differing:,} movies, from the first one: theirs "
            "don't add up to their lifetime totals, so the days without a point are assumed to be empty (`absent`), or "
            "are missing."
        )


def _advice_on_runs(seen: Seen) -> Iterator[str]:
    withheld = sorted(seen.runs & seen.withheld)
    if withheld:
        yield (
            f"Set the record of {', '.join(withheld[:_MOST_NAMED])} to `published` when the run is complete: until "
            "then no answer uses its documents."
        )
    for run_id, documents in sorted(seen.recorded.items()):
        here = {view: seen.written[run_id, view] for view in documents}
        others = [
            f"{stated} {view}, here are {here[view]:,}" for view, stated in documents.items() if stated != here[view]
        ]
        if others and run_id in seen.runs:
            yield (
                f"Check all documents of {run_id} together, or correct its record, which states {', '.join(others)}: "
                "where not all are there, what the run does not name is no evidence."
            )
    unrecorded = sorted(seen.runs - seen.recorded.keys() - seen.withheld)
    if unrecorded:
        yield (
            f"Write a record of {', '.join(unrecorded[:_MOST_NAMED])} to `batch_runs` when the run is complete, with "
            "its `documents` per view, and check it together with these."
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

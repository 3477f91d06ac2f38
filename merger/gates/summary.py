"""What the gates need to know of a run, made from its documents one by one in bounded memory. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from merger.contract.documents import BatchDocument, Contract, Dropped
from merger.contract.fields import readable
from merger.contract.stamps import moment
from merger.core.boundary import Boundary
from merger.core.windows import DAY, floor_day, midnight
from merger.errors import Unreadable
from merger.gates.groups import Entry, entry_of, group_of, keys_of, list_fields
from merger.gates.sample import Sample

SAMPLE_SIZE: Final = 2000
"""Documents of each group to compare one by one: about 1 MB."""

RECENT_DAYS, RECENT_SIZE = 7, 500
"""The newest days of points, and the points of each, to compare a new day with."""

_MOST_REASONS: Final = 100


@dataclass(slots=True)
class Group:
    """One group of a run's documents.

    Args:
        name: of the group.
        view_type: its documents' type.
        documents: how many were read.
        fields: how often each field could stand in them.
        nulls: how often it does not.
        days: the points of each day.
        uncovered: points of days after what they cover.
        ahead: documents that are stamped in the future.
        overstated: documents that state a coverage after they were computed.
        sample: some of the documents, by identity.
        recent: some of the points of each of the newest days, by what they are about.
    """

    name: str
    view_type: str
    documents: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    nulls: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    uncovered: int = 0
    ahead: int = 0
    overstated: int = 0
    sample: Sample[Entry] = field(default_factory=lambda: Sample(SAMPLE_SIZE))
    recent: dict[str, Sample[Entry]] = field(default_factory=dict)

    @property
    def covers_until(self) -> datetime:
        """How far its typical document covers."""
        return datetime.fromtimestamp(median(entry.covers_until for entry in self.sample.entries.values()), UTC)

    @property
    def last_covered_day(self) -> str:
        """The last day of which the typical document covers anything."""
        return _day_before(self.covers_until)

    def null_share(self, name: str) -> float:
        """The share of a field that is absent; 1 if it never could stand."""
        return self.nulls[name] / self.fields[name] if self.fields[name] else 1.0

    def add(self, document: BatchDocument) -> None:
        """Adds one document."""
        self.documents += 1
        for field_name, possible, absent in list_fields(self.view_type, document.data):
            self.fields[field_name] += possible
            self.nulls[field_name] += absent
        key, series = keys_of(document)
        samples = [(self.sample, key)]
        day = document.data.get("date")
        if day is not None:
            self.days[day] += 1
            self.uncovered += day > _day_before(document.covers_until)
            if self._is_recent(day):
                samples.append((self.recent[day], series))
        wanted = [(sample, each) for sample, each in samples if sample.wants(each)]
        if wanted:
            entry = entry_of(document)
            for sample, each in wanted:
                sample.add(each, entry)

    def _is_recent(self, day: str) -> bool:
        """Whether a day is one of the newest so far; makes room for it."""
        if day not in self.recent:
            if len(self.recent) == RECENT_DAYS:
                oldest = min(self.recent)
                if day < oldest:
                    return False
                del self.recent[oldest]
            self.recent[day] = Sample(RECENT_SIZE)
        return True


@dataclass(slots=True)
class RunSummary:
    """A run's documents as the gates see them.

    Args:
        run_id: names the run in sentences.
        groups: by name.
        read: documents by view type, unreadable ones included.
        violations: those of them that break the contract.
        reasons: what is wrong with them.
    """

    run_id: str
    groups: dict[str, Group] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def covers_until(self) -> datetime | None:
        """How far its newest group covers."""
        return max((group.covers_until for group in self.groups.values() if group.documents), default=None)


class Summarizer:
    """Makes the summary of a run while its documents are read.

    Args:
        run_id: names the run in sentences.
        contract: reads the documents.
        boundary: tells which stamps lie in the future.
        covers_until: what the run's record states; it counts for documents that state nothing.
    """

    def __init__(
        self, run_id: str, contract: Contract, boundary: Boundary, covers_until: datetime | None = None
    ) -> None:
        self.summary = RunSummary(run_id)
        self._contract, self._boundary = contract, boundary
        self._covers_until = covers_until

    def add(self, view_type: str, documents: Iterable[Mapping[str, Any]]) -> None:
        """Adds documents of one type, as stored."""
        for raw in documents:
            self.summary.read[view_type] += 1
            # A run's record counts for what states no coverage, as it does for readers.
            is_unstated = self._covers_until is not None and raw.get("covers_until") is None
            self._add(view_type, {**raw, "covers_until": self._covers_until} if is_unstated else raw)

    def _add(self, view_type: str, raw: Mapping[str, Any]) -> None:
        dropped: list[Dropped] = []
        try:
            document = self._contract.read_batch(raw, dropped)
        except Unreadable as error:
            self._add_violation(view_type, f"{error.kind}: {error.reason}")
            return
        if dropped:
            self._add_violation(view_type, f"{dropped[0].kind}: {dropped[0].reason}")
        name = group_of(document)
        group = self.summary.groups.setdefault(name, Group(name, document.view_type))
        group.add(document)
        stated = readable(raw.get("covers_until"), moment)
        group.ahead += self._boundary.is_ahead(document.computed_at)
        group.overstated += stated is not None and stated > document.computed_at

    def _add_violation(self, view_type: str, reason: str) -> None:
        self.summary.violations[view_type] += 1
        if reason in self.summary.reasons or len(self.summary.reasons) < _MOST_REASONS:
            self.summary.reasons[reason] += 1


def days_after(first: str, last: str) -> int:
    """Number of days after one day up to another; 0 if the other is not later."""
    return max(0, (midnight(last) - midnight(first)) // DAY)


def _day_before(moment: datetime) -> str:
    return f"{floor_day(moment - timedelta(microseconds=1)):%Y-%m-%d}"

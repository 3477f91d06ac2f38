"""Which batch runs readers may see. Pure.

The optional collection ``batch_runs`` has a record per run: ``{batch_run_id, status, covers_until, documents}``, the
last one the number of documents by view type. Once any run is ``published``, documents that name another run are
invisible, also while all are ``rolled_back``; documents that name no run stay visible. Before that, only runs whose
record has another status are hidden, so starting to keep records hides nothing. A record of status ``adopted`` lists
the ``runs`` that existed before the first was published; they stay visible.

One more document, the journal, holds the last change that our own commands made: the new fields of some records, which
count from the moment at which the journal names them (``merger/runs/journal.py``).

Requirement M12.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from merger.contract.fields import count, readable
from merger.contract.stamps import moment

RUNS: Final = "batch_runs"
"""The collection of run records."""


PUBLISHED, ROLLED_BACK, ADOPTED = "published", "rolled_back", "adopted"
"""Statuses: readers may see the run (any other status hides it); it was rolled back; the list of earlier runs."""


BASES: Final = "bases"
"""``_id`` and status of the record of ``runs`` that readers need, since documents that these replaced are gone."""


RUN_KEY: Final = "batch_run_id"
"""The field that names a run, in its record and in documents of ``batch_views``."""


JOURNAL: Final = "journal"
"""The journal's ``_id`` and status; like a record of no run, it names no run of its own."""


def journal_of(records: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The journal among all documents of ``batch_runs``; empty without one that can be read."""
    for record in records:
        if record.get("_id") == JOURNAL:
            changes = record.get("changes")
            is_readable = isinstance(record.get("turn"), int) and isinstance(changes, list)
            if is_readable and all(isinstance(change, Mapping) for change in changes or ()):
                return record
    return {}


def settled(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The records as they are once the journal's last change has reached each of them.

    Args:
        records: all documents of ``batch_runs``.
    """
    records = list(records)
    journal = journal_of(records)
    if not journal:
        return records
    changes = {repr(change.get("_id")): change for change in journal["changes"]}
    found = []
    for record in records:
        change = changes.pop(repr(record.get("_id")), None)
        reached = record.get("turn")
        is_behind = change is not None and not (isinstance(reached, int) and reached >= journal["turn"])
        found.append({**record, **change} if change is not None and is_behind else record)
    # A record that is not there any more, though the change had reached it, was deleted.
    return found if journal.get("is_applied") else [*found, *changes.values()]


def newest_records(records: Iterable[Mapping[str, Any]]) -> dict[Any, Mapping[str, Any]]:
    """The record that counts of each run.

    Of several records of a run (at-least-once delivery) the newest counts, by ``updated_at`` or ``published_at``; of
    records without these, one that publishes the run. Records without a usable id or status are left out.
    """
    newest: dict[Any, tuple[tuple[datetime, bool], Mapping[str, Any]]] = {}
    for record in records:
        run_id = record.get(RUN_KEY)
        if not isinstance(run_id, Hashable) or run_id in (None, "") or not isinstance(record.get("status"), str):
            continue
        rank = changed_at(record), record.get("status") == PUBLISHED
        if run_id not in newest or rank > newest[run_id][0]:
            newest[run_id] = rank, record
    return {run_id: record for run_id, (_, record) in newest.items()}


def changed_at(record: Mapping[str, Any]) -> datetime:
    """When a record was last written, as far as it says so; else a moment before every other."""
    dates = [readable(record.get(name), moment) for name in ("updated_at", "published_at")]
    return max((each for each in dates if each is not None), default=_BEGINNING)


@dataclass(frozen=True, slots=True)
class Publication:
    """The runs that are published at one moment.

    Args:
        published: ids as stored, each with the coverage that its run states, aware UTC.
        withheld: ids of runs with another status.
        was_in_use: whether one of these was rolled back, so that there was a publication before.
        adopted: ids of runs from before the first publication.
        written: documents by view type that the records of published runs state; runs without a statement are left
            out.
    """

    published: Mapping[Any, datetime | None] = field(default_factory=dict)
    withheld: frozenset[Any] = frozenset()
    adopted: frozenset[Any] = frozenset()
    written: Mapping[Any, Mapping[str, int]] = field(default_factory=dict)
    was_in_use: bool = False

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> Publication:
        """Reads the records.

        Args:
            records: all documents of ``batch_runs``.
        """
        records = settled(records)
        newest = newest_records(records)
        published = {
            run_id: readable(record.get("covers_until"), moment)
            for run_id, record in newest.items()
            if record.get("status") == PUBLISHED
        }
        return cls(
            published,
            frozenset(newest.keys() - published.keys()),
            frozenset(listed_runs(records, ADOPTED)) - newest.keys(),
            {run_id: stated for run_id in published if (stated := _stated_documents(newest[run_id]))},
            any(record.get("status") == ROLLED_BACK for record in newest.values()),
        )

    @property
    def is_in_use(self) -> bool:
        """Whether runs without a record are hidden."""
        return bool(self.published or self.was_in_use or (self.adopted and self.withheld))

    def is_visible(self, run_id: Any) -> bool:
        """Whether readers see the documents of a run."""
        if run_id is None or run_id == "":
            return True
        if not isinstance(run_id, Hashable):
            return not self.is_in_use
        if self.is_in_use:
            return run_id in self.published or run_id in self.adopted
        return run_id not in self.withheld

    @property
    def mark(self) -> str:
        """A fingerprint of what readers see; empty if nothing is recorded.

        After a rollback it is what it was before the run was published.
        """
        if not self.published and not self.withheld:
            return ""
        seen = (self.published.items(), self.adopted, self.written.items()) if self.is_in_use else (self.withheld,)
        return blake2b(repr([sorted(map(repr, part)) for part in seen]).encode(), digest_size=8).hexdigest()

    @property
    def hides(self) -> bool:
        """Whether there may be hidden documents."""
        return self.is_in_use or bool(self.withheld)

    @property
    def visible_ids(self) -> tuple[Any, ...]:
        """The run ids of visible documents while ``is_in_use``; ``None`` and an empty string stand for no run."""
        return (None, "", *self.published, *self.adopted)

    def visible_of(self, documents: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The visible ones of some documents."""
        return [document for document in documents if self.is_visible(document.get(RUN_KEY))]

    def with_run_coverage(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """A visible document, with its run's coverage if it states none of its own."""
        if document.get("covers_until") is not None or not self.published:
            return document
        run_id = document.get(RUN_KEY)
        covers_until = self.published.get(run_id) if isinstance(run_id, Hashable) else None
        return document if covers_until is None else {**document, "covers_until": covers_until}


def listed_runs(records: Iterable[Mapping[str, Any]], status: str) -> Iterator[Any]:
    """The ids of the runs that the records of a status list."""
    for record in records:
        runs = record.get("runs") if record.get("status") == status else None
        yield from (run_id for run_id in (runs if isinstance(runs, list) else ()) if isinstance(run_id, Hashable))


def _stated_documents(record: Mapping[str, Any]) -> dict[str, int]:
    """The number of documents by view type that a record states, as far as it can be read."""
    stated = record.get("documents")
    numbers = {key: readable(value, count) for key, value in stated.items()} if isinstance(stated, Mapping) else {}
    return {str(key): number for key, number in numbers.items() if number is not None}


_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)

"""Which batch runs readers may see. Pure.

The optional collection ``batch_runs`` has a record per run: ``{batch_run_id, status, covers_until, documents}``, the
last one the number of documents by view type. Once any run is
``published``, documents that name another run are invisible; documents that name no run stay visible. Before that, only
runs whose record has another status are hidden, so starting to keep records hides nothing. A record of status
``adopted`` lists the ``runs`` that existed before the first was published; they stay visible.

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


RUN_KEY: Final = "batch_run_id"
"""The field that names a run, in its record and in documents of ``batch_views``."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The runs that are published at one moment.

    Args:
        published: ids as stored, each with the coverage that its run states, aware UTC.
        withheld: ids of runs with another status.
        adopted: ids of runs from before the first publication.
        written: documents by view type that the records of published runs state; runs without a statement are left
            out.
    """

    published: Mapping[Any, datetime | None] = field(default_factory=dict)
    withheld: frozenset[Any] = frozenset()
    adopted: frozenset[Any] = frozenset()
    written: Mapping[Any, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> Publication:
        """Reads the records.

        Of several records of a run (at-least-once delivery) the newest counts, by ``updated_at`` or ``published_at``;
        of records without these, one that publishes the run. Records without a usable id or status are ignored.
        """
        records = list(records)
        newest: dict[Any, tuple[tuple[datetime, bool], Mapping[str, Any]]] = {}
        for record in records:
            run_id = record.get(RUN_KEY)
            if not isinstance(run_id, Hashable) or run_id in (None, "") or not isinstance(record.get("status"), str):
                continue
            rank = _recency(record), record.get("status") == PUBLISHED
            if run_id not in newest or rank > newest[run_id][0]:
                newest[run_id] = rank, record
        published = {
            run_id: readable(record.get("covers_until"), moment)
            for run_id, (_, record) in newest.items()
            if record.get("status") == PUBLISHED
        }
        return cls(
            published,
            frozenset(newest.keys() - published.keys()),
            frozenset(_adopted_runs(records)) - newest.keys(),
            {run_id: stated for run_id in published if (stated := _stated_documents(newest[run_id][1]))},
        )

    @property
    def is_in_use(self) -> bool:
        """Whether runs without a record are hidden."""
        return bool(self.published or (self.adopted and self.withheld))

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
        """A fingerprint that differs between publications; empty if nothing is recorded."""
        if not self.published and not self.withheld:
            return ""
        parts = [sorted(map(repr, part)) for part in (self.published.items(), self.withheld, self.adopted)]
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()

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


def _adopted_runs(records: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    for record in records:
        runs = record.get("runs") if record.get("status") == ADOPTED else None
        yield from (run_id for run_id in (runs if isinstance(runs, list) else ()) if isinstance(run_id, Hashable))


def _stated_documents(record: Mapping[str, Any]) -> dict[str, int]:
    """The number of documents by view type that a record states, as far as it can be read."""
    stated = record.get("documents")
    numbers = {key: readable(value, count) for key, value in stated.items()} if isinstance(stated, Mapping) else {}
    return {str(key): number for key, number in numbers.items() if number is not None}


def _recency(record: Mapping[str, Any]) -> datetime:
    dates = [readable(record.get(name), moment) for name in ("updated_at", "published_at")]
    return max((each for each in dates if each is not None), default=_BEGINNING)


_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)

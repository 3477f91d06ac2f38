"""Which batch runs readers may see (M12). Pure.

The optional collection ``batch_runs`` holds a record per run: ``{batch_run_id, status, covers_until}``. Once any run is
``published``, a document that names another run is invisible; one that names none never was a run's and stays. Before
that nothing is hidden but the runs that a record gives another status: to begin keeping records hides nothing. A
record of status ``adopted`` holds the ``runs`` that were there before the first was published; they stay visible.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from merger.contract.fields import moment, readable

RUNS: Final = "batch_runs"
"""The collection of records."""


PUBLISHED, ROLLED_BACK, ADOPTED = "published", "rolled_back", "adopted"
"""Statuses: of a run that readers may see, any other of which hides it; of one that was taken back; see above."""


RUN_KEY: Final = "batch_run_id"
"""Of records, and of documents in ``batch_views``."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The runs that are published at one moment.

    Args:
        published: ids as they are stored, with what each run says of its coverage, aware UTC.
        withheld: ids of runs whose status is another one.
        adopted: ids of runs from before.
    """

    published: Mapping[Any, datetime | None] = field(default_factory=dict)
    withheld: frozenset[Any] = frozenset()
    adopted: frozenset[Any] = frozenset()

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> Publication:
        """What the records say.

        A run with several records (at-least-once delivery) is what the newest of them says, by ``updated_at`` or
        ``published_at``; of records that don't tell their age, one that publishes it counts. Records without a usable
        id or status are ignored (D2).
        """
        records = list(records)
        newest: dict[Any, tuple[tuple[datetime, bool], Mapping[str, Any]]] = {}
        for record in records:
            run_id = record.get(RUN_KEY)
            if not isinstance(run_id, Hashable) or run_id in (None, "") or not isinstance(record.get("status"), str):
                continue
            rank = _age(record), record.get("status") == PUBLISHED
            if run_id not in newest or rank > newest[run_id][0]:
                newest[run_id] = rank, record
        published = {
            run_id: readable(record.get("covers_until"), moment)
            for run_id, (_, record) in newest.items()
            if record.get("status") == PUBLISHED
        }
        return cls(published, frozenset(newest.keys() - published.keys()), frozenset(_adopted(records)) - newest.keys())

    @property
    def is_in_use(self) -> bool:
        """Whether runs are hidden that no record speaks of."""
        return bool(self.published or (self.adopted and self.withheld))

    def shows(self, run_id: Any) -> bool:
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
        """Another one for another publication; empty where nothing is recorded."""
        if not self.published and not self.withheld:
            return ""
        told = [sorted(map(repr, part)) for part in (self.published.items(), self.withheld, self.adopted)]
        return blake2b(repr(told).encode(), digest_size=8).hexdigest()

    @property
    def hides(self) -> bool:
        """Whether there may be documents that readers don't see."""
        return self.is_in_use or bool(self.withheld)

    @property
    def shown(self) -> tuple[Any, ...]:
        """While ``is_in_use``: the ids that visible documents have; of no run: ``None`` and an empty text."""
        return (None, "", *self.published, *self.adopted)

    def visible(self, documents: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of some documents that readers see."""
        return [document for document in documents if self.shows(document.get(RUN_KEY))]

    def completed(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """A visible document, with its run's coverage where it tells none of its own."""
        if document.get("covers_until") is not None or not self.published:
            return document
        run_id = document.get(RUN_KEY)
        covers_until = self.published.get(run_id) if isinstance(run_id, Hashable) else None
        return document if covers_until is None else {**document, "covers_until": covers_until}


def _adopted(records: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    for record in records:
        runs = record.get("runs") if record.get("status") == ADOPTED else None
        yield from (run_id for run_id in (runs if isinstance(runs, list) else ()) if isinstance(run_id, Hashable))


def _age(record: Mapping[str, Any]) -> datetime:
    told = [readable(record.get(name), moment) for name in ("updated_at", "published_at")]
    return max((each for each in told if each is not None), default=_LONG_AGO)


_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)

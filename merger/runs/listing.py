"""Lists the batch runs of a database, each with what it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import DESCENDING
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.contract.fields import readable
from merger.contract.payloads import VIEWS
from merger.contract.stamps import moment
from merger.core.stamps import ANY_FORM
from merger.core.windows import EPOCH
from merger.layers.publication import BASES, RUN_KEY, Publication, listed_runs, newest_records
from merger.stores.mongo.errors import mapping_errors


@dataclass(frozen=True, slots=True)
class BatchRun:
    """One batch run.

    Attributes:
        run_id: the stored id.
        status: its record's; ``None`` without one.
        is_visible: whether readers see it.
        covers_until: what its record states, aware UTC.
        published_at: aware UTC.
        computed_at: its newest document's, aware UTC.
        documents: their number by view type.
        is_base: whether documents that it replaced were deleted, so that readers need it.
        faults: what gates found wrong with it when it was published by force, a sentence each.
        because: why it was published nevertheless.
    """

    run_id: Any
    status: str | None
    is_visible: bool
    covers_until: datetime | None = None
    published_at: datetime | None = None
    computed_at: datetime | None = None
    documents: Mapping[str, int] = field(default_factory=dict)
    is_base: bool = False
    faults: Sequence[str] = ()
    because: str = ""

    @property
    def total(self) -> int:
        """The number of all its documents."""
        return sum(self.documents.values())


class RunLister:
    """Lists the runs of one database.

    Args:
        database: holds ``batch_views``.
        contract: knows the names of view types.
    """

    def __init__(self, database: Database[dict[str, Any]], contract: Contract) -> None:
        self._batch = database[BATCH]
        self._contract = contract

    def list(self, records: Sequence[Mapping[str, Any]]) -> list[BatchRun]:
        """Lists every run that has a record or documents, newest first.

        Args:
            records: all of ``batch_runs``.

        Raises:
            StoreError: from the store.
        """
        publication, by_id = Publication.of(records), newest_records(records)
        bases = frozenset(listed_runs(records, BASES))
        counts: dict[Any, Counter[str]] = {run_id: Counter() for run_id in by_id}
        runs = []
        with mapping_errors():
            for view_type, spelling in self.types():
                for run_id in self._batch.distinct(RUN_KEY, {"view_type": spelling}):
                    if isinstance(run_id, Hashable) and run_id not in (None, ""):
                        number = self._batch.count_documents({"view_type": spelling, RUN_KEY: run_id})
                        counts.setdefault(run_id, Counter())[view_type] += number
            for run_id, documents in counts.items():
                record, is_visible = by_id.get(run_id, {}), publication.is_visible(run_id)
                covers_until = readable(record.get("covers_until"), moment)
                published_at = readable(record.get("published_at"), moment)
                stamps = covers_until, published_at, self._computed_at(run_id, documents)
                # A plain dict: to Django's templates, "items" of a Counter is one more count.
                about = run_id, _text(record.get("status")), is_visible, *stamps, dict(documents)
                runs.append(BatchRun(*about, run_id in bases, *_force_of(record)))
        return sorted(runs, key=lambda run: run.computed_at or run.published_at or EPOCH, reverse=True)

    def types(self) -> Iterator[tuple[str, str]]:
        """Pairs of each view type with each of its spellings."""
        for view_type in VIEWS:
            for spelling in self._contract.aliases.names_of_view(view_type):
                yield view_type, spelling

    def _computed_at(self, run_id: Any, documents: Mapping[str, int]) -> datetime | None:
        dates = []
        for view_type, spelling in self.types():
            if documents.get(view_type):
                for span in ANY_FORM:
                    wanted = {"view_type": spelling, RUN_KEY: run_id, "computed_at": span}
                    newest = self._batch.find_one(wanted, {"computed_at": 1}, sort=[("computed_at", DESCENDING)])
                    dates.append(readable((newest or {}).get("computed_at"), moment))
        return max((date for date in dates if date is not None), default=None)


def _force_of(record: Mapping[str, Any]) -> tuple[Sequence[str], str]:
    """What gates found wrong with a run that was published by force, and why it was, as far as its record says so."""
    faults, because = record.get("faults"), record.get("because")
    sentences = [each for each in faults if isinstance(each, str)] if isinstance(faults, list) else []
    return sentences, because if isinstance(because, str) else ""


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

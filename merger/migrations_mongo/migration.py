"""Defines what a migration of the collections is, and the tools it works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ExecutionTimeout

from merger.contract.documents import Aliases
from merger.migrations_mongo.checksum import checksum_of
from merger.stores.mongo.batches import batched
from merger.stores.mongo.errors import mapping_errors

BATCH_SIZE = 1000
"""Documents per bulk write."""

COUNT_TIMEOUT_MS = 10_000
"""Limit for counting the documents to change, since counting may read the whole collection."""

Filter = Mapping[str, Any]
Change = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""Returns the update of a document, given the fields that were read; ``None``: it can't be changed."""


@dataclass(frozen=True, slots=True)
class Work:
    """The database, and the callbacks a migration reports to; by default they do nothing.

    Args:
        database: holds both collections.
        aliases: the contract's.
        validation: what validators do: ``warn``, ``error`` or ``off``.
        check_lock: raises if another host may have taken over, so that the migration stops.
        add_total: called with the number of documents to change in a collection, where it can be counted in time.
        add_done: called with the number of further documents that are done.
        say: prints a sentence for the operator.
    """

    database: Database[dict[str, Any]]
    aliases: Aliases
    validation: str
    check_lock: Callable[[], None] = lambda: None
    add_total: Callable[[int], None] = lambda _: None
    add_done: Callable[[int], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None

    def rewrite(self, collection: str, pending: Filter, needs: Sequence[str], change: Change) -> int:
        """Changes documents in batches; reports how many can't be changed and leaves them alone.

        Args:
            collection: its name.
            pending: filter for the documents still to be changed. A changed document must no longer match, so that a
                restart continues where the last run stopped.
            needs: fields that ``change`` reads.
            change: returns the update of each document.

        Returns:
            How many documents were changed.

        Raises:
            StoreError: from the server.
        """
        changed = unchanged = 0
        with mapping_errors():
            target = self.database[collection]
            self._announce_total(target, pending)
            for documents in batched(target.find(pending, ["_id", *needs], batch_size=BATCH_SIZE), BATCH_SIZE):
                self.check_lock()
                updates = ((found["_id"], change(found)) for found in documents)
                # Filtered by what is pending once more: a producer may have rewritten the document since it was read.
                writes = [UpdateOne({**pending, "_id": key}, update) for key, update in updates if update]
                if writes:
                    changed += target.bulk_write(writes, ordered=False).modified_count
                unchanged += len(documents) - len(writes)
                self.add_done(len(documents))
        if unchanged:
            self.say(f"{collection}: {unchanged:,} documents can't be changed and stay as they are")
        return changed

    def _announce_total(self, target: Collection[dict[str, Any]], pending: Filter) -> None:
        try:
            self.add_total(target.count_documents(pending, maxTimeMS=COUNT_TIMEOUT_MS))
        except ExecutionTimeout:
            return  # progress is then shown without a total


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the collections' history.

    Attributes:
        name: number and words; never changes.
        about: what it does, for operators.
        forward, backward: apply it and roll it back; both may be restarted.
        former_checksums: sums that earlier versions recorded for it when it did the same.
        rewrites: it changes documents, so it may take long.
        opt_in: it runs only when it is named.
        holds: checks whether its effect is still in place; if not, it runs again. ``None``: that can't be checked.
    """

    name: str
    about: str
    forward: Callable[[Work], None]
    backward: Callable[[Work], None]
    former_checksums: tuple[str, ...] = ()
    rewrites: bool = False
    opt_in: bool = False
    holds: Callable[[Work], bool] | None = None

    @property
    def checksum(self) -> str:
        """Sum of what both directions do; moving or reformatting the code does not change it."""
        return checksum_of(self.forward, self.backward)

    def is_recorded_as(self, checksum: str) -> bool:
        """Whether a recorded sum belongs to what this migration does."""
        return checksum == self.checksum or checksum in self.former_checksums

"""What a migration of a collection is, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ExecutionTimeout

from merger.contract.documents import Aliases
from merger.migrations_mongo.checksum import checksum_of
from merger.stores.mongo.errors import mapping_errors

AT_ONCE = 1000
"""Documents that are written at once."""

COUNTED_WITHIN = 10_000
"""Milliseconds that counting what is to be done may take: it reads the whole collection."""

Wanted = Mapping[str, Any]
Change = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""A document's update, from the fields of it that were asked for; ``None``: it can't be changed."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a migration works with.

    Args:
        database: with both collections.
        aliases: of the contract.
        validation: ``warn``, ``error`` or ``off``: what validators do.
        go_on: raises where the migration must not go on, since another host may have taken over.
        total: told how many documents of a collection are to be done, where that can be counted soon.
        count: told of so many more documents that are done.
        say: a sentence for the operator.
    """

    database: Database[dict[str, Any]]
    aliases: Aliases
    validation: str
    go_on: Callable[[], None]
    total: Callable[[int], None]
    count: Callable[[int], None]
    say: Callable[[str], None]

    def rewrite(self, collection: str, wanted: Wanted, needs: Sequence[str], change: Change) -> int:
        """Changes documents some at a time; those that nobody could change are left alone and told of.

        Args:
            collection: its name.
            wanted: which documents are still to be changed. Whoever is changed must not match any more, so that
                beginning anew goes on where it stopped.
            needs: fields that ``change`` looks at.
            change: an update for each.

        Returns:
            how many were changed.

        Raises:
            StoreError: from the server.
        """
        changed = unchanged = 0
        with mapping_errors():
            target = self.database[collection]
            self._announce(target, wanted)
            for documents in _in_parts(target.find(wanted, ["_id", *needs], batch_size=AT_ONCE)):
                self.go_on()
                updates = ((found["_id"], change(found)) for found in documents)
                # Again by what was wanted: it may have been written anew meanwhile.
                writes = [UpdateOne({**wanted, "_id": key}, update) for key, update in updates if update]
                if writes:
                    changed += target.bulk_write(writes, ordered=False).modified_count
                unchanged += len(documents) - len(writes)
                self.count(len(documents))
        if unchanged:
            self.say(f"{collection}: {unchanged:,} documents can't be changed and stay")
        return changed

    def _announce(self, target: Collection[dict[str, Any]], wanted: Wanted) -> None:
        try:
            self.total(target.count_documents(wanted, maxTimeMS=COUNTED_WITHIN))
        except ExecutionTimeout:
            return  # progress is then told without an end


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the collections' history.

    Attributes:
        name: number and words, for good.
        about: what it does, for people.
        forward, backward: do it and take it back; safe to begin anew.
        former_checksums: sums that were recorded for it by earlier versions, when it did the same.
        rewrites: it changes documents, so that it may take long.
        opt_in: it runs only when it is named.
        holds: whether what it made is still so, where that can be seen. Such a migration is run again when it isn't.
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
        """Sum of what both directions do; moving or reformatting the code leaves it as it is."""
        return checksum_of(self.forward, self.backward)

    def is_recorded_as(self, checksum: str) -> bool:
        """Whether a recorded sum stands for what this migration does."""
        return checksum == self.checksum or checksum in self.former_checksums


def _in_parts(found: Any) -> Iterator[list[Mapping[str, Any]]]:
    while part := list(islice(found, AT_ONCE)):
        yield part

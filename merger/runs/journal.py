"""Changes the records of runs, one change after the other over all hosts.

The collection ``batch_runs`` has a record per run, and one document more, the journal: ``{turn, changes, is_applied}``.
A change is one compare-and-set of the journal, from the turn that it was decided on to the next, and it holds the new
fields of every record that it concerns. Readers apply it while they read (``settled``), so this one write makes it
visible as a whole. Then the records are brought up to date, by this process or, if it was killed, by the next one that
makes a change. Each record carries the turn that last changed it, so a process that was paused undoes nothing newer.

There is no lock: no host waits for one that died. Decision 0019.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pymongo import ReadPreference, WriteConcern
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from merger.errors import StoreUnavailable
from merger.layers.publication import JOURNAL, RUN_KEY, RUNS, journal_of, settled
from merger.stores.mongo.errors import mapping_errors

ATTEMPTS: Final = 50
"""Most times that a change is decided again because another one came first."""


MAJORITY_WAIT_MS: Final = 10_000
"""Longest wait for a majority of the members to have a write. One that only a failed primary had would be lost."""

Record = Mapping[str, Any]


class Journal:
    """The records of runs of one database.

    Args:
        database: holds ``batch_runs``.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._documents = database[RUNS].with_options(
            read_preference=ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority", wtimeout=MAJORITY_WAIT_MS),
        )

    def records(self) -> list[Record]:
        """Reads every record.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            return settled(self._documents.find())

    def change(self, decide: Callable[[Sequence[Record]], Sequence[Record]]) -> None:
        """Makes one change, of several records or none, which readers see as a whole.

        Args:
            decide: given every record, returns new fields of some of them, each with the record's ``_id`` and run id.
                It is called again if another change was made meanwhile. What it raises ends the change.

        Raises:
            StoreUnavailable: other changes came first again and again.
            StoreError: from the store; the change may have been made or not, but not a part of it.
        """
        with mapping_errors():
            for _ in range(ATTEMPTS):
                # In this order: every change up to this turn has reached the records when they are read.
                turn = self._settle()
                changes = decide(list(self._documents.find({"_id": {"$ne": JOURNAL}})))
                if not changes:
                    return
                if self._commit(turn, changes):
                    self._settle()
                    return
        raise StoreUnavailable("others change the runs again and again; try once more")

    def _settle(self) -> int:
        """Brings the records up to date; returns the present turn."""
        journal = journal_of(self._documents.find({"_id": JOURNAL}))
        turn: int = journal.get("turn", 0)
        if journal and not journal.get("is_applied"):
            for change in journal["changes"]:
                self._write({"_id": change["_id"], "turn": {"$not": {"$gte": turn}}}, {**change, "turn": turn})
            self._documents.update_one({"_id": JOURNAL, "turn": turn}, {"$set": {"is_applied": True}})
        return turn

    def _commit(self, turn: int, changes: Sequence[Record]) -> bool:
        content = {RUN_KEY: None, "status": JOURNAL, "changes": list(changes), "is_applied": False}
        return self._write({"_id": JOURNAL, "turn": turn}, {**content, "turn": turn + 1})

    def _write(self, wanted: Mapping[str, Any], content: Record) -> bool:
        """Writes a document unless there is one with its ``_id`` that is not wanted."""
        fields = {name: value for name, value in content.items() if name != "_id"}
        try:
            self._documents.update_one(wanted, {"$set": fields}, upsert=True)
        except DuplicateKeyError:
            return False
        return True

"""Finds and deletes the documents of a batch run that newer runs have replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.documents import BatchDocument, Contract
from merger.contract.identity import Identity, identity_of, recency_of
from merger.contract.payloads import VIEWS
from merger.core.boundary import Boundary
from merger.layers.publication import RUN_KEY
from merger.stores.mongo.batches import batched
from merger.stores.mongo.errors import mapping_errors

BATCH_SIZE: Final = 500
"""Documents to check, and to delete, at a time."""


class ReplacedDocuments:
    """The replaced documents of one database.

    Args:
        database: holds ``batch_views``.
        contract: reads the documents.
        boundary: the boundary at the current time.
    """

    def __init__(
        self, database: Database[dict[str, Any]], contract: Contract, boundary: Callable[[], Boundary]
    ) -> None:
        self._batch = database[BATCH]
        self._contract = contract
        self._boundary = boundary

    def delete(self, run_id: Any, newer: Sequence[Any], *, dry_run: bool) -> Iterator[int]:
        """Deletes the documents of a run that one of the newer runs has replaced.

        Args:
            run_id: the run's stored id.
            newer: stored ids of the newer runs.
            dry_run: count without deleting.

        Yields:
            Numbers of documents, which add up to all.

        Raises:
            StoreError: from the store; documents deleted before stay deleted.
        """
        for view_type in VIEWS:
            for spelling in self._contract.aliases.names_of_view(view_type):
                with mapping_errors():
                    for documents in self._documents({"view_type": spelling, RUN_KEY: run_id}):
                        ids = list(self._find_replaced(view_type, documents, newer))
                        if ids and not dry_run:
                            self._batch.delete_many({"_id": {"$in": ids}})
                        yield len(ids)

    def _find_replaced(
        self, view_type: str, documents: Mapping[Any, BatchDocument], newer: Sequence[Any]
    ) -> Iterator[Any]:
        """Yields the ids of those documents that one of the newer runs has replaced."""
        spellings = {"$in": list(self._contract.aliases.names_of_view(view_type))}
        movies = sorted({document.movie_id for document in documents.values() if document.movie_id is not None})
        wanted: dict[str, Any] = {"view_type": spellings, RUN_KEY: {"$in": list(newer)}}
        newest: dict[Identity, Any] = {}
        boundary = self._boundary()
        if len(movies) == len(documents) and view_type in ("movie_details", "sentiment"):
            wanted["movie_id"] = {"$in": movies}  # all of them can be found by movie
        for found in self._documents(wanted):
            for rival in found.values():
                # A document that may not be used yet replaces nothing.
                if boundary.uses_batch(rival.computed_at):
                    identity, recency = identity_of(rival), recency_of(rival)
                    newest[identity] = max(newest.get(identity, recency), recency)
        for raw_id, document in documents.items():
            rival_age = newest.get(identity_of(document))
            if rival_age is not None and rival_age > recency_of(document):
                yield raw_id

    def _documents(self, wanted: Mapping[str, Any]) -> Iterator[Mapping[Any, BatchDocument]]:
        """Reads readable documents by id, in batches."""
        for raw_batch in batched(self._batch.find(wanted, batch_size=BATCH_SIZE), BATCH_SIZE):
            read = ((raw["_id"], self._contract.read(batch=[raw]).batch) for raw in raw_batch)
            found = {raw_id: document for raw_id, documents in read for document in documents}
            if found:
                yield found

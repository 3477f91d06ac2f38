"""Reads all documents of a run once, in batches, and makes its summary."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.contract.payloads import VIEWS
from merger.core.boundary import Boundary
from merger.gates.summary import RunSummary, Summarizer
from merger.layers.publication import RUN_KEY
from merger.stores.mongo.batches import batched
from merger.stores.store import PAUSE_SECONDS, PIECE_SIZE, Store


class RunReader:
    """Reads runs of one store.

    Args:
        store: holds ``batch_views``, hidden runs included.
        contract: reads the documents.
        boundary: the boundary at the current time.
    """

    def __init__(self, store: Store, contract: Contract, boundary: Callable[[], Boundary]) -> None:
        self._store = store
        self._contract = contract
        self._boundary = boundary

    def read(self, run_id: Any, covers_until: datetime | None = None) -> RunSummary:
        """Reads a run; other threads get their turn meanwhile.

        Args:
            run_id: its stored id.
            covers_until: what its record states; it counts for documents that state nothing.

        Raises:
            StoreError: from the store.
        """
        summarizer = Summarizer(str(run_id), self._contract, self._boundary(), covers_until)
        for view_type in VIEWS:
            for spelling in self._contract.aliases.names_of_view(view_type):
                for reply in self._store.batches(BATCH, {"view_type": spelling, RUN_KEY: run_id}):
                    for piece in batched(reply, PIECE_SIZE):
                        summarizer.add(view_type, piece)
                        time.sleep(PAUSE_SECONDS)
        return summarizer.summary

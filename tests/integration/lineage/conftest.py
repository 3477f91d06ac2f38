"""A receiver of OpenLineage events, and two batch runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database

from tests.integration.lineage.events import Receiver
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()
    threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    settings.OPENLINEAGE_URL = found.url
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def runs(indexed_database: Database[dict[str, Any]]) -> Database[dict[str, Any]]:
    """Two runs of the same movies."""
    for run_id, computed in (("old", "2026-03-09 01:00"), ("new", "2026-03-10 01:00")):
        indexed_database.batch_views.insert_many(
            batch_view("movie_details", DETAILS, at(computed), movie_id=each, batch_run_id=run_id) for each in (1, 2, 3)
        )
    return indexed_database

"""Sizes of the collections and uses of their indexes, as the server reports them."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from lambdaserve.server.embedded_stores import free_port
from merger.operations.collection_sizes import CollectionSizes, measure_collections

Stored = Database[dict[str, Any]]


def test_collections_and_indexes_are_measured(indexed_database: Stored) -> None:
    indexed_database.speed_views.insert_many([{"movie_id": number} for number in range(7)])
    found = measure_collections()
    assert found is not None
    assert (found["speed_views"].documents, found["batch_views"].documents) == (7, 0)
    assert {"movie_hour", "_id_"} <= set(found["speed_views"].index_sizes)
    assert {"movie_hour", "_id_"} <= set(found["speed_views"].index_uses)


def test_missing_collections_are_empty(database: Stored) -> None:
    assert measure_collections() == {"batch_views": CollectionSizes(), "speed_views": CollectionSizes()}


def test_nothing_is_measured_while_mongodb_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merger.operations.collection_sizes.TIMEOUT_SECONDS", 0.1)
    unreachable: Any = pymongo.MongoClient(f"mongodb://127.0.0.1:{free_port()}")
    with unreachable:
        monkeypatch.setattr("merger.operations.collection_sizes.database", lambda: unreachable["tests"])
        assert measure_collections() is None

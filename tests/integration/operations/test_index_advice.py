"""Advice on indexes compares recorded slow queries with the indexes of the server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from merger.configuration import utc_now
from merger.operations import index_advice as advising
from merger.operations.collection_sizes import CollectionSizes
from merger.operations.index_advice import index_advice

Stored = Database[dict[str, Any]]


def droppable(since_days: int = 1) -> list[str]:
    return [each.index.name for each in index_advice(utc_now() - timedelta(days=since_days)).drop]


def test_an_undeclared_index_covered_by_another_should_be_dropped(indexed_database: Stored) -> None:
    assert "movie_id_1" not in droppable()
    indexed_database.speed_views.create_index("movie_id")
    assert "movie_id_1" in droppable()


def test_an_unused_index_is_only_judged_where_the_server_counts_uses(
    indexed_database: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed_database.speed_views.create_index("their_field")
    assert "their_field_1" not in droppable()  # the embedded server counts no uses
    sizes = {"speed_views": CollectionSizes(index_uses={"movie_hour": 5, "their_field_1": 0})}
    monkeypatch.setattr(advising, "measure_collections", lambda: sizes)
    assert "their_field_1" in droppable()

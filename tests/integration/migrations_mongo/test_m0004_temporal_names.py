"""The foreign name of temporal analytics is replaced, and restored for exactly the renamed documents."""

from __future__ import annotations

from merger.migrations_mongo import m0004_temporal_names
from tests.integration.migrations_mongo.work import Reports, Stored


def test_renamed_documents_are_marked_and_renamed_back(database: Stored) -> None:
    before = [
        {"_id": 1, "view_type": "temporal_trends"},
        {"_id": 2, "view_type": "temporal_analytics"},
        {"_id": 3, "view_type": "sentiment"},
    ]
    database["batch_views"].insert_many(before)
    m0004_temporal_names.forward(Reports().work(database))
    renamed = {"_id": 1, "view_type": "temporal_analytics", "renamed_from": "temporal_trends"}
    assert list(database["batch_views"].find()) == [renamed, *before[1:]]
    m0004_temporal_names.backward(Reports().work(database))
    assert list(database["batch_views"].find()) == before

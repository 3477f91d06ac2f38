"""The two collections."""

from __future__ import annotations

from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.contract.documents import Aliases
from merger.contract.json_schema import schema_of


def test_both_collections_have_a_layer_and_a_schema() -> None:
    assert dict(LAYER_OF) == {"batch_views": "batch", "speed_views": "speed"}
    assert all(schema_of(collection, Aliases()) for collection in (BATCH, SPEED))

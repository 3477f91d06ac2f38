"""A stream of documents in batches."""

from __future__ import annotations

from itertools import count

from merger.stores.mongo.batches import batched


def test_items_come_in_lists_of_one_size_and_a_shorter_last_one() -> None:
    assert [*batched(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert [*batched(range(4), 2)] == [[0, 1], [2, 3]]
    assert [*batched([], 2)] == []


def test_no_item_is_read_before_its_batch_is_wanted() -> None:
    source = count()
    batches = batched(source, 3)
    assert next(batches) == [0, 1, 2]
    assert next(source) == 3

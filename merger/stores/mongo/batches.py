"""Splits a stream of documents into batches for bulk writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yields the items in lists of ``size``, the last one shorter; reads no further than the batch it yields."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch

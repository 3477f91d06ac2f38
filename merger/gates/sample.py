"""A sample that picks the same identities from every run. Pure.

It keeps the identities with the smallest hashes. So two runs keep the same ones as far as both hold them, and a pair of
samples tells which identities vanished or changed, in bounded memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from hashlib import blake2b
from heapq import heappush, heapreplace
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


def stable_hash(identity: Hashable) -> int:
    """A hash of 64 bits that is the same in every process."""
    return int.from_bytes(blake2b(repr(identity).encode(), digest_size=8).digest())


class Sample(Generic[Entry]):
    """The entries with the smallest keys.

    Args:
        size: the most entries to keep.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._largest_first: list[int] = []
        self.entries: dict[int, Entry] = {}
        self._again: Counter[int] = Counter()

    def wants(self, key: int) -> bool:
        """Whether an entry of a key is to be kept; if there is one already, counts it as repeated."""
        if key in self.entries:
            self._again[key] += 1
            return False
        return len(self.entries) < self._size or key < -self._largest_first[0]

    def add(self, key: int, entry: Entry) -> None:
        """Keeps a wanted entry, in the place of the one with the largest key if there are too many."""
        if len(self.entries) < self._size:
            heappush(self._largest_first, -key)
            self.entries[key] = entry
        else:
            gone = -heapreplace(self._largest_first, -key)
            del self.entries[gone]
            self._again.pop(gone, None)
            self.entries[key] = entry

    @property
    def repeated_share(self) -> float:
        """The share of the documents that repeat the identity of another one."""
        again = self._again.total()
        return again / (again + len(self.entries)) if again else 0.0

    @property
    def horizon(self) -> int | None:
        """The largest key up to which every entry was kept; ``None``: all were."""
        return -self._largest_first[0] if len(self.entries) == self._size else None


def pairs(one: Sample[Entry], other: Sample[Entry]) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Each identity that either sample would have kept, with its entries in both; ``None``: that run lacks it."""
    horizon = min((each.horizon for each in (one, other) if each.horizon is not None), default=None)
    for key in sorted(one.entries.keys() | other.entries.keys()):
        if horizon is not None and key > horizon:
            return
        yield one.entries.get(key), other.entries.get(key)

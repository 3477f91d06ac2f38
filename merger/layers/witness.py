"""Witnesses: the documents that prove which hours the speed layer holds. Pure.

Requirements D2, D6 and M8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from merger.contract.documents import Contract, Heartbeat, SpeedDocument
from merger.core.boundary import Boundary
from merger.core.windows import HOUR
from merger.stores.store import Document


@dataclass(frozen=True, slots=True)
class Witness:
    """A document that proves an hour.

    Args:
        id: the document's.
        stamps: its ``hour`` and ``synced_at`` as stored; while they are the same, so is the document.
        synced_at: when it was written.
        is_beat: whether it is a heartbeat.
        is_alive: whether this or another document is a sign of life near the end of the hour, or after it.
    """

    id: Any
    stamps: tuple[Any, Any]
    synced_at: datetime
    is_beat: bool
    is_alive: bool


@dataclass(frozen=True, slots=True)
class WitnessReader:
    """Reads documents of one speed data type as witnesses.

    Args:
        contract: reads the documents.
        data_type: the type.
    """

    contract: Contract
    data_type: str

    def read(self, raw: Document) -> SpeedDocument | Heartbeat | None:
        """The document or heartbeat; ``None`` if it can't be read, or is of another type."""
        read = self.contract.read(speed=[raw])
        found: tuple[SpeedDocument | Heartbeat, ...] = (*read.speed, *read.heartbeats)
        return next((each for each in found if each.data_type == self.data_type), None)

    def witness_in(self, raw: Document, hour: datetime | None, boundary: Boundary) -> Witness | None:
        """The document as a witness; ``None``: it can't be read, is of another hour, or is stamped in the future.

        Args:
            raw: the document as stored.
            hour: the hour that it must be of; ``None``: any.
            boundary: the present time boundary.
        """
        read = self.read(raw)
        if read is None or hour not in (None, read.hour) or boundary.is_ahead(read.synced_at):
            return None
        alive = is_alive(read.hour, read.synced_at, boundary)
        return Witness(raw["_id"], stamps_of(raw), read.synced_at, isinstance(read, Heartbeat), alive)

    def by_hour(self, pages: Iterable[list[Document]], hours: Iterable[datetime]) -> dict[datetime, list[Document]]:
        """The readable documents of each of some hours."""
        result: dict[datetime, list[Document]] = {hour: [] for hour in hours}
        for raw in chain.from_iterable(pages):
            read = self.read(raw)
            if read is not None and read.hour in result:
                result[read.hour].append(raw)
        return result

    def best_of(
        self, hour: datetime, pages: Iterable[list[Document]], boundary: Boundary
    ) -> tuple[Witness | None, int]:
        """The best witness of an hour, and the length of the longest page that was read.

        A sign of life is better than none, and a document than a heartbeat; after the best of all, no page is read.
        """
        best: Witness | None = None
        longest = 0
        for page in pages:
            longest = max(longest, len(page))
            for raw in page:
                witness = self.witness_in(raw, hour, boundary)
                if witness is None:
                    continue
                if best is None or (witness.is_alive, not witness.is_beat) > (best.is_alive, not best.is_beat):
                    best = replace(witness, is_beat=witness.is_beat and (best is None or best.is_beat))
                if not best.is_beat and (best.is_alive or hour >= boundary.open_hour):
                    return best, longest
        return best, longest


def is_alive(hour: datetime, synced_at: datetime, boundary: Boundary) -> bool:
    """Whether a stamp is a sign of life near the end of an hour, or after it."""
    return synced_at >= hour + HOUR - boundary.policy.speed_lag_limit


def stamps_of(raw: Document) -> tuple[Any, Any]:
    """The stamps of a document as stored."""
    return raw.get("hour"), raw.get("synced_at")

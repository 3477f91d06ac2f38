"""The result of the last comparison, kept in Redis, and the claim that lets one process make the next one.

Requirement M13.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, Protocol, cast

import msgspec

from merger.core.windows import DAY, midnight
from merger.drift.comparison import Drift
from merger.drift.days import DATA_TYPE
from merger.stores.redis.claim import claim, new_token
from merger.stores.redis.foreign import unless_foreign
from merger.stores.redis.link import RedisLink

KEPT = timedelta(days=7)
"""Time for which a result stays in Redis."""


CLAIM_LAPSES = timedelta(minutes=15)
"""When another process may take over an unfinished comparison; longer than a comparison may take."""


Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with a time zone; stored values without one are rejected."""


class Batch(NamedTuple):
    """The batch layer as readers see it.

    Args:
        computed_at: when its newest document was computed.
        runs: mark of the published runs. A rollback changes it, and may take ``computed_at`` back.
    """

    computed_at: datetime
    runs: str


class SeesBatch(Protocol):
    """Knows the batch layer as it was last seen, as ``MergeService`` and ``LayerState`` do."""

    @property
    def batch_seen(self) -> datetime | None: ...

    @property
    def runs_seen(self) -> str: ...


def batch_of(seen: SeesBatch) -> Batch | None:
    """The batch layer as last seen; ``None``: it has no document, or was not read yet."""
    return None if seen.batch_seen is None else Batch(seen.batch_seen, seen.runs_seen)


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of one comparison.

    Args:
        batch_computed_at: when the newest batch document was computed; ``of`` where it is stored.
        compared_at: when the comparison was made; ``at`` where it is stored.
        drift: the differences found.
        start, until: the days compared last, half-open; an earlier comparison's if this one found no complete day.
        runs: mark of the runs that were published.
    """

    batch_computed_at: Moment
    compared_at: Moment
    drift: Drift
    start: Moment | None = None
    until: Moment | None = None
    runs: str = ""

    @property
    def batch(self) -> Batch:
        """The batch layer that was compared."""
        return Batch(self.batch_computed_at, self.runs)

    @classmethod
    def record(cls, batch: Batch, compared_at: datetime, drift: Drift, last: Audit | None) -> Audit:
        """Makes the result of a comparison that followed ``last``."""
        start, until = (last.start, last.until) if last else (None, None)
        if drift.days:
            start, until = midnight(drift.days[0]), midnight(drift.days[-1]) + DAY
        return cls(batch.computed_at, compared_at, drift, start, until, batch.runs)

    def encode(self) -> bytes:
        """Encodes as JSON: ``data_type``, ``of``, ``runs``, ``at``, ``start``, ``until``, the totals, and the ``worst``
        buckets with their ``difference``."""
        worst = [{**asdict(bucket), "difference": bucket.difference} for bucket in self.drift.worst]
        stamps = {"at": self.compared_at, "start": self.start, "until": self.until}
        batch = {"of": self.batch_computed_at, "runs": self.runs}
        return msgspec.json.encode({"data_type": DATA_TYPE, **batch, **stamps, **self.drift.totals, "worst": worst})

    @classmethod
    def decode(cls, text: bytes | None) -> Audit | None:
        """Decodes the result of ``encode``; ``None`` for anything else, such as another version's format."""
        try:
            found = msgspec.json.decode(text or b"")
            stamps = {"batch_computed_at": found["of"], "compared_at": found["at"]}
            return msgspec.convert({**found, **stamps, "drift": found}, cls)
        except (msgspec.DecodeError, KeyError, TypeError):
            return None


class SharedDriftResults:
    """The last result and the claims, shared by all processes.

    Args:
        link: the connection to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; services with different data must use different ones.
    """

    def __init__(self, link: RedisLink, namespace: str) -> None:
        self._link = link
        self._key = f"{namespace}drift"

    def last(self) -> Audit | None:
        """The newest result; ``None``: there is none, or it is older than a week."""
        found = self._link.ask(lambda redis: unless_foreign(lambda: redis.get(self._key), None))
        return Audit.decode(cast("bytes | None", found))

    def keep(self, audit: Audit) -> None:
        """Stores a result as the newest."""
        self._link.ask(lambda redis: redis.set(self._key, audit.encode(), ex=KEPT))

    def claim(self, batch: Batch) -> bool:
        """Claims the comparison for a batch; ``False``: another process has claimed it."""
        key = f"{self._key}:{batch.computed_at:%Y%m%dT%H%M%S.%f}:{batch.runs}"
        return claim(self._link, key, new_token(), CLAIM_LAPSES.total_seconds())

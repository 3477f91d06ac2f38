"""The result of the last comparison, kept in Redis, and the claim that lets one process make the next one.

Requirement M13.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, cast

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


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of one comparison.

    Args:
        batch_computed_at: when the newest batch document was computed; ``of`` where it is stored.
        compared_at: when the comparison was made; ``at`` where it is stored.
        drift: the differences found.
        start, until: the days compared last, half-open; an earlier comparison's if this one found no complete day.
    """

    batch_computed_at: Moment
    compared_at: Moment
    drift: Drift
    start: Moment | None = None
    until: Moment | None = None

    @classmethod
    def record(cls, batch_computed_at: datetime, compared_at: datetime, drift: Drift, last: Audit | None) -> Audit:
        """Makes the result of a comparison that followed ``last``."""
        start, until = (last.start, last.until) if last else (None, None)
        if drift.days:
            start, until = midnight(drift.days[0]), midnight(drift.days[-1]) + DAY
        return cls(batch_computed_at, compared_at, drift, start, until)

    def encode(self) -> bytes:
        """Encodes as JSON: ``data_type``, ``of``, ``at``, ``start``, ``until``, the totals, and the ``worst`` buckets
        with their ``difference``."""
        worst = [{**asdict(bucket), "difference": bucket.difference} for bucket in self.drift.worst]
        stamps = {"of": self.batch_computed_at, "at": self.compared_at, "start": self.start, "until": self.until}
        return msgspec.json.encode({"data_type": DATA_TYPE, **stamps, **self.drift.totals, "worst": worst})

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

    def claim(self, batch_computed_at: datetime) -> bool:
        """Claims the comparison for a batch; ``False``: another process has claimed it."""
        key = f"{self._key}:{batch_computed_at:%Y%m%dT%H%M%S.%f}"
        return claim(self._link, key, new_token(), CLAIM_LAPSES.total_seconds())

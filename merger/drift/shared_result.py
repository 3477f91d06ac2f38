"""The last comparison of the layers, and the claim to make the next one, in Redis (M13)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, cast

import msgspec

from merger.core.windows import DAY, midnight
from merger.drift.comparison import Drift
from merger.drift.days import DATA_TYPE
from merger.stores.redis.link import RedisLink

KEPT = timedelta(days=7)


CLAIM_LAPSES = timedelta(minutes=15)
"""After which somebody else tries a comparison that was not finished; longer than one may take."""


Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""With a time zone: a stored one that lacks it is not read."""


@dataclass(frozen=True, slots=True)
class Audit:
    """A comparison that was made.

    Args:
        of: when the newest batch document was computed.
        at: when it was made.
        drift: what it found.
        start, until: the days that were compared last, half-open; where this comparison had none, an earlier one's.
    """

    of: Moment
    at: Moment
    drift: Drift
    start: Moment | None = None
    until: Moment | None = None

    @classmethod
    def made(cls, of: datetime, at: datetime, drift: Drift, last: Audit | None) -> Audit:
        """A comparison that was made after another one."""
        if drift.days:
            return cls(of, at, drift, midnight(drift.days[0]), midnight(drift.days[-1]) + DAY)
        return cls(of, at, drift) if last is None else cls(of, at, drift, last.start, last.until)

    def encoded(self) -> bytes:
        """JSON: ``data_type``, ``of``, ``at``, ``start``, ``until``, the totals, and the ``worst`` buckets with their
        ``difference``."""
        worst = [{**asdict(bucket), "difference": bucket.difference} for bucket in self.drift.worst]
        stamps = {"of": self.of, "at": self.at, "start": self.start, "until": self.until}
        return msgspec.json.encode({"data_type": DATA_TYPE, **stamps, **self.drift.totals, "worst": worst})

    @classmethod
    def decoded(cls, text: bytes | None) -> Audit | None:
        """What ``encoded`` made; ``None`` where it is anything else, as an other version's may be."""
        try:
            found = msgspec.json.decode(text or b"")
            return msgspec.convert({**found, "drift": found}, cls)
        except (msgspec.DecodeError, TypeError):
            return None


class SharedDriftResults:
    """What all processes know of comparisons.

    Args:
        link: the way to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; services with other data must differ in it.
    """

    def __init__(self, link: RedisLink, namespace: str) -> None:
        self._link = link
        self._key = f"{namespace}drift"

    def last(self) -> Audit | None:
        """The one that was made last, in the last days."""
        return Audit.decoded(self._link.ask(lambda redis: cast("bytes | None", redis.get(self._key))))

    def keep(self, audit: Audit) -> None:
        """Makes it the last one."""
        self._link.ask(lambda redis: redis.set(self._key, audit.encoded(), ex=KEPT))

    def claim(self, of: datetime) -> bool:
        """Whether this process is the one that compares what a batch brought."""
        key = f"{self._key}:{of:%Y%m%dT%H%M%S.%f}"
        return bool(self._link.ask(lambda redis: redis.set(key, 1, nx=True, ex=CLAIM_LAPSES)))

"""The time boundary between the layers: who answers for which hour, and which hours nobody holds (M1, M3, M8, M9).

The boundary is derived from what the layers really hold, never from the clock alone: a daily batch with a two hour
run would otherwise leave a hole of up to 26 hours every day. Two facts decide:

* the **cutoff** C, ``floor_hour(now - 48 h)``: from it on the speed layer has precedence *where it holds the hour*;
* the **watermark** w of the batch documents that answer: what they cover, in whole hours.

Nothing in here reads a clock; ``now`` is taken once per request and passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from merger.core.windows import HOUR, floor_hour


class Strategy(StrEnum):
    """How the boundary is drawn (M9)."""

    WATERMARK = "watermark"
    FIXED = "fixed"


CLOCK_SKEW = timedelta(minutes=5)
"""How far a producer's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator decides about the boundary; every value is a setting.

    Args:
        cutoff: how far back the speed layer has precedence.
        strategy: ``watermark``, or ``fixed``: batch documents computed before the cutoff and speed hours from it on,
            literally; hours in between are then reported as missing.
        grace: how long after ``hour + 48 h`` a speed bucket may still be used (M11).
        speed_lag_limit: newest sync older than this means that the speed layer lags (F3).
        batch_stale_after: newest batch run older than this means that the batch layer is stale (F4).
    """

    cutoff: timedelta = timedelta(hours=48)
    strategy: Strategy = Strategy.WATERMARK
    grace: timedelta = timedelta(hours=72)
    speed_lag_limit: timedelta = timedelta(minutes=10)
    batch_stale_after: timedelta = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class SpeedLayer:
    """What the speed layer as a whole holds of one data type.

    ``held`` are the hours in which any movie has a document: a movie that has none then had no event (M8).
    ``synced_at`` is the newest refresh of any bucket.
    """

    held: frozenset[datetime] = frozenset()
    synced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Layers:
    """What both layers hold as a whole.

    ``batch_computed_at`` is the newest one of any batch document, ``speed`` the speed layer by data type;
    ``hours_as_text`` tells that some speed documents carry their hour as text (D1), which a range of dates misses.
    ``away`` names the layers, ``batch`` or ``speed``, that did not answer this request (F5).
    ``runs`` is the mark of what is published of the batch layer (M12).
    """

    batch_computed_at: datetime | None = None
    speed: Mapping[str, SpeedLayer] = field(default_factory=dict)
    hours_as_text: bool = False
    away: frozenset[str] = frozenset()
    runs: str = ""

    def speed_of(self, data_type: str) -> SpeedLayer:
        return self.speed.get(data_type, SpeedLayer())


@dataclass(frozen=True, slots=True)
class Boundary:
    """The time boundary as seen at one moment ``now`` (aware UTC), frozen for one request.

    Attributes:
        cutoff: C: from this hour on the speed layer has precedence.
        open_hour: the hour that ``now`` lies in; it is never missing, since it is not over.
        speed_from: the oldest speed hour that may be used; older buckets have expired, deleted or not (M11).
    """

    now: datetime
    policy: Policy = field(default_factory=Policy)
    # Worked out once: an answer compares with them for every hour and document.
    cutoff: datetime = field(init=False, compare=False)
    open_hour: datetime = field(init=False, compare=False)
    speed_from: datetime = field(init=False, compare=False)

    def __post_init__(self) -> None:
        cutoff = floor_hour(self.now - self.policy.cutoff)
        expired = floor_hour(self.now - self.policy.cutoff - self.policy.grace)
        object.__setattr__(self, "cutoff", cutoff)
        object.__setattr__(self, "open_hour", floor_hour(self.now))
        object.__setattr__(self, "speed_from", cutoff if self.policy.strategy is Strategy.FIXED else expired)

    def uses_speed_hour(self, hour: datetime) -> bool:
        """Whether a bucket of this hour may answer: not expired, not in the future."""
        return self.speed_from <= hour <= self.open_hour

    def uses_batch(self, computed_at: datetime) -> bool:
        """Whether a batch document may answer: not from the future, and as the strategy has it."""
        if self.is_ahead(computed_at):
            return False
        return self.policy.strategy is Strategy.WATERMARK or computed_at < self.cutoff

    def is_ahead(self, stamp: datetime) -> bool:
        """Whether a document says that it was written in the future.

        Nothing it says of its age can be believed; it would outrank every honest one and never grow old.
        """
        return stamp > self.now + CLOCK_SKEW

    def watermark(self, covers_until: datetime) -> datetime:
        """w: a document's coverage in whole hours, and never in the future."""
        return floor_hour(min(covers_until, self.now))

    def is_lagging(self, layer: SpeedLayer) -> bool:
        """F3: nothing was synced for longer than the limit (a layer that never synced has nothing to lag behind)."""
        return layer.synced_at is not None and self.now - layer.synced_at > self.policy.speed_lag_limit

    def is_stale(self, batch_computed_at: datetime | None) -> bool:
        """F4: the newest batch run is too old."""
        return batch_computed_at is not None and self.now - batch_computed_at > self.policy.batch_stale_after

    def is_known_incomplete(self, hour: datetime, layer: SpeedLayer) -> bool:
        """Whether the layer stopped syncing before an hour was over.

        A layer that does not lag is granted that a bucket still waits for its last sync.
        """
        if layer.synced_at is None:
            return self.now - (hour + HOUR) >= self.policy.speed_lag_limit
        return layer.synced_at < hour + HOUR and self.is_lagging(layer)


@dataclass(frozen=True, slots=True)
class SpeedCoverage:
    """Which hours the speed layer holds for one key, say the sentiment of one movie.

    Args:
        boundary: of this request.
        layer: the layer as a whole.
        own: hours of the key's own readable documents; evidence even when ``layer`` was read a moment earlier.
        unreadable: hours in which a document of the key could not be read: what it said is lost (D2).
    """

    boundary: Boundary
    layer: SpeedLayer
    own: frozenset[datetime] = frozenset()
    unreadable: frozenset[datetime] = frozenset()

    def holds(self, hour: datetime) -> bool:
        """Whether a closed hour is held completely."""
        return (
            (hour in self.layer.held or hour in self.own)
            and hour not in self.unreadable
            and self.boundary.uses_speed_hour(hour)
            and not self.boundary.is_known_incomplete(hour, self.layer)
        )

    def holds_all(self, hours: Iterable[datetime]) -> bool:
        return all(self.holds(hour) for hour in hours)

    @property
    def first_held(self) -> datetime | None:
        """The oldest hour that is held."""
        return min((hour for hour in self.layer.held | self.own if self.holds(hour)), default=None)

    @property
    def last_held(self) -> datetime | None:
        """The newest closed hour that is held."""
        hours = (h for h in self.layer.held | self.own if h < self.boundary.open_hour and self.holds(h))
        return max(hours, default=None)

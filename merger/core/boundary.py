"""The time boundary: which layer answers for which hour, and which hours neither layer holds.

The boundary is derived from what the layers really hold, never from the clock alone: a daily batch that runs for two
hours would otherwise leave a gap of up to 26 hours every day. Two facts decide (requirements M1, M3, M8 and M9):

* the **cutoff** C, ``floor_hour(now - 48 h)``: from it on the speed layer has precedence *where it holds the hour*;
* the **watermark** w of the batch documents used: the event time that they cover, in whole hours.

Nothing here reads a clock; ``now`` is taken once per request and passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from merger.core.evidence import Absence, Assumption, Reason
from merger.core.stamps import StampForm
from merger.core.windows import HOUR, floor_hour


class Strategy(StrEnum):
    """The rule that draws the boundary: by watermark, or at a fixed time.

    Requirement M9.
    """

    WATERMARK = "watermark"
    FIXED = "fixed"


CLOCK_SKEW = timedelta(minutes=5)
"""Time by which a producer's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's settings for the boundary.

    Args:
        cutoff: how far back the speed layer has precedence.
        strategy: ``watermark``, or ``fixed``: only batch documents computed before the cutoff and speed hours from it
            on; hours in between are then reported as missing.
        grace: how long after ``hour + 48 h`` a speed bucket may still be used.
        speed_lag_limit: the speed layer lags when its newest sync is older than this.
        batch_stale_after: the batch layer is stale when its newest run is older than this.
        coverage_doubt: how long before its ``computed_at`` a batch document may lack events if it does not state its
            coverage.
    """

    cutoff: timedelta = timedelta(hours=48)
    strategy: Strategy = Strategy.WATERMARK
    grace: timedelta = timedelta(hours=72)
    speed_lag_limit: timedelta = timedelta(minutes=10)
    batch_stale_after: timedelta = timedelta(hours=36)
    coverage_doubt: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class SpeedLayer:
    """The state of the whole speed layer for one data type.

    ``held`` are the hours in which any movie has a readable document, or a producer's heartbeat: a movie without a
    document had no event then. ``synced_at`` is the newest sync of any bucket. ``assumed`` are hours that pass for held
    although nothing proves it: *quiet* ones are not in ``held``, *cut* ones are. ``known_until`` is the end of the
    newest hour that is held or assumed, if ``synced_at`` is later without anything to show for it. ``beats`` are the
    held hours of which only a heartbeat is known.

    Requirements D2, D6 and M8.
    """

    held: frozenset[datetime] = frozenset()
    synced_at: datetime | None = None
    assumed: Mapping[datetime, Reason] = field(default_factory=dict)
    known_until: datetime | None = None
    beats: frozenset[datetime] = frozenset()

    @property
    def as_of(self) -> datetime | None:
        """When the layer last had news: its newest sync, unless that only wrote old hours again."""
        if self.known_until is None or self.synced_at is None:
            return self.synced_at
        return min(self.synced_at, self.known_until)


@dataclass(frozen=True, slots=True)
class Layers:
    """The state of both layers, over all movies.

    ``batch_computed_at`` is the newest of any batch document, ``speed`` the speed layer by data type.
    ``hour_forms`` and ``sync_forms`` are the forms besides dates in which speed documents store their ``hour`` and
    ``synced_at``, which a range of dates misses.
    ``spellings`` are the keys and names, besides ours, under which documents of each speed data type state it.
    ``away`` names the layers, ``batch`` or ``speed``, that did not answer this request.
    ``text_ids`` are the layers, ``batch`` or ``speed``, in which a producer writes ids of movies as text.
    ``runs`` identifies the set of published batch runs, ``absence`` says by view type what it means that they do not
    name something.
    """

    batch_computed_at: datetime | None = None
    speed: Mapping[str, SpeedLayer] = field(default_factory=dict)
    hour_forms: frozenset[StampForm] = frozenset()
    sync_forms: frozenset[StampForm] = frozenset()
    spellings: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    text_ids: frozenset[str] = frozenset()
    runs: str = ""
    absence: Mapping[str, Absence] = field(default_factory=dict)

    def speed_of(self, data_type: str) -> SpeedLayer:
        return self.speed.get(data_type, SpeedLayer())

    def absence_of(self, view_type: str) -> Absence:
        return self.absence.get(view_type, Absence())


@dataclass(frozen=True, slots=True)
class Boundary:
    """The time boundary at one moment ``now`` (aware UTC), fixed for one request.

    Attributes:
        cutoff: C: from this hour on the speed layer has precedence.
        open_hour: the hour that contains ``now``; it is missing only where a document of it can't be read.
        speed_from: the oldest speed hour that may be used; older buckets have expired, deleted or not.
    """

    now: datetime
    policy: Policy = field(default_factory=Policy)
    # Computed once: an answer compares every hour and document with them.
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
        """Whether a bucket of this hour may be used: not expired, not in the future."""
        return self.speed_from <= hour <= self.open_hour

    def uses_batch(self, computed_at: datetime) -> bool:
        """Whether a batch document may be used: not from the future, and allowed by the strategy."""
        if self.is_ahead(computed_at):
            return False
        return self.policy.strategy is Strategy.WATERMARK or computed_at < self.cutoff

    def is_ahead(self, stamp: datetime) -> bool:
        """Whether a document is stamped in the future.

        Its age can't be trusted: it would outrank every correctly stamped document and never grow old.
        """
        return stamp > self.now + CLOCK_SKEW

    def watermark(self, covers_until: datetime) -> datetime:
        """The watermark: a document's coverage in whole hours, never in the future."""
        return floor_hour(min(covers_until, self.now))

    def doubt_from(self, covers_until: datetime, *, is_stated: bool) -> datetime | None:
        """From when on a batch document may lack events; ``None`` if its coverage is stated."""
        return None if is_stated else floor_hour(covers_until) - self.policy.coverage_doubt

    def is_lagging(self, layer: SpeedLayer) -> bool:
        """Whether there was no news for longer than the limit; a layer that never synced does not lag."""
        return layer.as_of is not None and self.now - layer.as_of > self.policy.speed_lag_limit

    def is_stale(self, batch_computed_at: datetime | None) -> bool:
        """Whether the newest batch run is too old."""
        return batch_computed_at is not None and self.now - batch_computed_at > self.policy.batch_stale_after

    def is_known_incomplete(self, hour: datetime, layer: SpeedLayer) -> bool:
        """Whether the layer stopped syncing before an hour was over.

        Unless the layer lags, the hour's last sync is assumed to be on its way. An hour that passes for held is not.
        """
        if hour in layer.assumed:
            return False
        if layer.synced_at is None:
            return self.now - (hour + HOUR) >= self.policy.speed_lag_limit
        return layer.synced_at < hour + HOUR and self.is_lagging(layer)


@dataclass(frozen=True, slots=True)
class SpeedCoverage:
    """Which hours the speed layer holds for one key, such as the sentiment of one movie.

    Args:
        boundary: the request's time boundary.
        layer: what the whole layer holds.
        own: hours of the key's own readable documents, which count even if ``layer`` was read a moment earlier.
        unreadable: hours in which a document of the key could not be read, so that its content is lost.
        undated_until: end of the hours of which any may be that of an unreadable document without a readable hour;
            ``None`` without such a document.
        partial: hours of the key whose documents may be versions of each other.
    """

    boundary: Boundary
    layer: SpeedLayer
    own: frozenset[datetime] = frozenset()
    unreadable: frozenset[datetime] = frozenset()
    undated_until: datetime | None = None
    partial: frozenset[datetime] = frozenset()

    def holds(self, hour: datetime) -> bool:
        """Whether a closed hour is held completely."""
        return (
            (hour in self.layer.held or hour in self.own or hour in self.layer.assumed)
            and hour not in self.unreadable
            and (self.undated_until is None or hour >= self.undated_until)
            and self.boundary.uses_speed_hour(hour)
            and not self.boundary.is_known_incomplete(hour, self.layer)
        )

    @property
    def lacks_open_hour(self) -> bool:
        """Whether a document of the open hour, or one that may be of it, can't be read."""
        open_hour = self.boundary.open_hour
        return open_hour in self.unreadable or (self.undated_until is not None and open_hour < self.undated_until)

    def holds_all(self, hours: Iterable[datetime]) -> bool:
        return all(self.holds(hour) for hour in hours)

    def reason_for(self, hour: datetime) -> Reason | None:
        """Why an hour that is held is only assumed to be; ``None``: its documents prove it."""
        if hour in self.partial:
            return Reason.PARTIAL
        reason = self.layer.assumed.get(hour)
        # The key's own document shows that the hour was not quiet, and that a document of it was synced.
        return None if reason is Reason.QUIET and hour in self.own else reason

    def assumptions(self, hours: Iterable[datetime]) -> list[Assumption]:
        """Which of some hours are held by assumption alone."""
        if not (self.layer.assumed or self.partial):
            return []
        found = ((hour, self.reason_for(hour)) for hour in hours if self.holds(hour))
        return [Assumption(hour, hour + HOUR, reason) for hour, reason in found if reason is not None]

    @property
    def first_held(self) -> datetime | None:
        """The oldest hour that is held."""
        return min((hour for hour in self._hours if self.holds(hour)), default=None)

    @property
    def last_held(self) -> datetime | None:
        """The newest closed hour that is held."""
        hours = (hour for hour in self._hours if hour < self.boundary.open_hour and self.holds(hour))
        return max(hours, default=None)

    @property
    def _hours(self) -> frozenset[datetime]:
        hours = self.layer.held | self.own
        return hours | self.layer.assumed.keys() if self.layer.assumed else hours

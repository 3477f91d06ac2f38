"""A world as its producers recorded it: the batch job's runs, the speed job's hours, dialects and damage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.unit.oracle.worlds.truth import Truth

SPEED_TYPES = ("sentiment", "stats", "trending")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the batch job.

    Args:
        covers: its input is complete up to here, on the hour.
        took: how long it ran; its documents appear at ``covers + took``.
        written: how many of its documents were written before it died; ``None``: all.
    """

    covers: datetime
    took: timedelta
    written: int | None = None

    @property
    def computed_at(self) -> datetime:
        return self.covers + self.took


@dataclass(frozen=True, slots=True)
class BatchJob:
    """How the batch job writes.

    Args:
        runs: oldest first.
        says_coverage: whether its documents carry ``covers_until``.
        is_recorded: whether complete runs have a publication record with their documents by view; then runs that died
            have one that hides them.
        has_points: whether it writes days beside lifetime totals.
        replaces_in_place: whether a document replaces the one of the run before.
    """

    runs: tuple[Run, ...] = ()
    says_coverage: bool = True
    is_recorded: bool = False
    has_points: bool = True
    replaces_in_place: bool = False


@dataclass(frozen=True, slots=True)
class SpeedJob:
    """How the speed job writes.

    Args:
        stopped: by type, the moment from which on its consumer saw nothing.
        lost: types and hours of which every document is gone.
        retention: a document is deleted this long after its hour began.
        has_heartbeats: whether it says which hours it holds.
        restamps: whether every sync stamps all documents again.
        minutes: the width of its windows of reviews: 60, or fewer for parts of an hour.
        names_window: whether a part has its hour in ``hour`` and its start in ``window_start``.
        has_scores: whether it writes ``trending`` documents; if not, the scores are in ``stats``.
        is_busy: whether a movie without reviews has a document in every hour.
        leaves_versions: whether earlier versions of documents were never removed.
        whole_hours: hours of which a whole-hour document stands beside the parts.
    """

    stopped: Mapping[str, datetime] = field(default_factory=dict)
    lost: frozenset[tuple[str, datetime]] = frozenset()
    retention: timedelta = timedelta(hours=120)
    has_heartbeats: bool = False
    restamps: bool = False
    minutes: int = 60
    names_window: bool = False
    has_scores: bool = True
    is_busy: bool = False
    leaves_versions: bool = False
    whole_hours: frozenset[datetime] = frozenset()


@dataclass(frozen=True, slots=True)
class Damage:
    """One document that can't be read, or a value of it.

    Args:
        collection: ``batch`` or ``speed``.
        place: its number in the collection, which wraps around.
        kind: a key of ``damages.DAMAGES``.
    """

    collection: str
    place: int
    kind: str


@dataclass(frozen=True, slots=True)
class World:
    """What happened, and how it was recorded.

    Args:
        truth: what happened.
        batch: the batch job.
        speed: the speed job.
        dialects: keys of ``dialects.DIALECTS``.
        share: share of the documents that are in these dialects.
        damages: what can't be read.
        seed: of the choices that the records leave open.
    """

    truth: Truth
    batch: BatchJob = field(default_factory=BatchJob)
    speed: SpeedJob = field(default_factory=SpeedJob)
    dialects: tuple[str, ...] = ()
    share: float = 1.0
    damages: tuple[Damage, ...] = ()
    seed: int = 0

    @property
    def now(self) -> datetime:
        return self.truth.now

    def stopped(self, data_type: str) -> datetime:
        """When the consumer of a type stopped; ``now`` if it did not."""
        return min(self.speed.stopped.get(data_type, self.now), self.now)

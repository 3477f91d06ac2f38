"""Rules that must hold after a soak: nothing grew without bound, and no client got more than its share. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.integration.soak.watch import Held, Stored

MEGABYTE = 2**20

WARM_SHARE, WARM_SECONDS = 0.4, 120.0
"""After this share of the time, and these seconds, all that is kept for later has been filled or nearly so."""

MOST_WARMING = 0.7
"""Share of a short soak that warming up may take."""

GROWTH = 8 * MEGABYTE
"""By which a worker's resident memory may rise after that, be it median or peak: tables of addresses and keys that
are bounded, but not full by then."""

MORE_FILES, MORE_THREADS, MORE_CONNECTIONS = 8, 2, 2
"""By which the largest numbers may rise after that: far less than one per request, client or key would be."""

MORE_KEYS = 1.25
"""Times as many keys as after the warm-up may be in Redis."""

MORE_SERIES = 1.25
"""Times as many series as half-way may be in the metrics at the end: a status or a route may show up late, but one
series per client, key or movie would be thousands."""

LEAST_SHARE = 0.8
"""Share of what a greedy client may have that it must have got."""


@dataclass
class Tally:
    """Answers to one kind of callers.

    Attributes:
        statuses: how often; 0 stands for no answer.
        first, last: monotonic seconds of the first request and of the last answer.
        examples: of answers that should not be, a few.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0
    examples: list[str] = field(default_factory=list)

    def note(self, status: int, sent: float, took: float, what: str) -> None:
        """Counts one answer."""
        self.first = min(self.first or sent, sent)
        self.last = max(self.last, sent + took)
        self.statuses[status] += 1
        if (status == 0 or status >= 500) and len(self.examples) < 5:
            self.examples.append(f"after {sent - self.first:.1f} s {what}")

    @property
    def admitted(self) -> int:
        """Number of admitted requests."""
        return self.statuses.total() - self.statuses[429] - self.statuses[0]

    def may_have(self, burst: int, per_minute: int) -> float:
        """Requests that the bucket's arithmetic admits in that time."""
        return burst + per_minute * (self.last - self.first) / 60


@dataclass(frozen=True, slots=True)
class Moment:
    """Resources at one moment.

    Attributes:
        at: seconds since the beginning.
        workers: by process id.
        stored: in the stores.
    """

    at: float
    workers: Mapping[int, Held]
    stored: Stored


def warm_after(duration: float) -> float:
    """Seconds from the beginning of a soak of this length after which its workers are compared."""
    return max(WARM_SHARE * duration, min(WARM_SECONDS, MOST_WARMING * duration))


def broken(moments: Sequence[Moment], duration: float) -> Iterator[str]:
    """Describes each broken rule about resources in a sentence with its numbers."""
    warm = [moment for moment in moments if moment.at >= warm_after(duration)]
    if len(warm) < 10:
        yield f"only {len(warm)} looks after the warm-up"
        return
    early, late = warm[: len(warm) // 3], warm[-len(warm) // 3 :]
    pids = {pid for moment in moments for pid in moment.workers}
    if any({*moment.workers} != pids for moment in moments):
        yield f"workers came or went: {sorted(pids)} at one time or another"
        return
    for pid in sorted(pids):
        yield from _of_worker(pid, [m.workers[pid] for m in early], [m.workers[pid] for m in late])
    keys = [max(m.stored.keys for m in part) for part in (early, late)]
    if keys[1] > MORE_KEYS * keys[0]:
        yield f"keys in Redis rose from {keys[0]:,} to {keys[1]:,}"


def _of_worker(pid: int, early: Sequence[Held], late: Sequence[Held]) -> Iterator[str]:
    memory = [median(held.memory for held in part) for part in (early, late)]
    if memory[1] - memory[0] > GROWTH:
        yield f"worker {pid}: memory rose from {memory[0] / MEGABYTE:.1f} to {memory[1] / MEGABYTE:.1f} MB"
    if late[-1].peak - early[0].peak > GROWTH:
        yield f"worker {pid}: peak rose from {early[0].peak / MEGABYTE:.1f} to {late[-1].peak / MEGABYTE:.1f} MB"
    for name, more in (
        ("files", MORE_FILES),
        ("threads", MORE_THREADS),
        ("to_mongo", MORE_CONNECTIONS),
        ("to_redis", MORE_CONNECTIONS),
    ):
        before, after = (max(getattr(held, name) for held in part) for part in (early, late))
        if after > before + more:
            yield f"worker {pid}: {name} rose from {before} to {after}"


def labelled_without_bound(series: Sequence[int]) -> Iterator[str]:
    """Describes unbounded growth of the metrics' series from their numbers at the start, half-way and at the end."""
    if series[-1] > MORE_SERIES * series[-2]:
        yield f"series of metrics rose from {series[-2]} to {series[-1]}"


def unfair(name: str, tally: Tally, burst: int, per_minute: int) -> Iterator[str]:
    """Describes unfair admission of a client that sent requests all the time."""
    may = tally.may_have(burst, per_minute)
    # A worker that waits too long for Redis, as on a busy machine, counts for a moment by a full bucket of its own.
    if tally.admitted > may + burst:
        yield f"{name}: {tally.admitted} requests admitted, {may:.0f} may be"
    if tally.admitted < LEAST_SHARE * may:
        yield f"{name}: only {tally.admitted} requests admitted of {may:.0f} that may be"


def failures(name: str, tally: Tally) -> Iterator[str]:
    """Describes answers that no client should get."""
    bad = {status: number for status, number in tally.statuses.items() if status == 0 or status >= 500}
    if bad:
        counts = ", ".join(f"{number} × {status or 'no answer'}" for status, number in bad.items())
        yield f"{name}: {counts}: {'; '.join(tally.examples)}"

"""Figures of a fault: from single requests to phases, percentiles and the time to recover. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.harness.latencies import percentile
from tests.integration.faults.judge import Reply, Verdict

IN_A_ROW = 20
"""Fresh answers in a row, for each kind of key, that count as recovered."""


class Key(StrEnum):
    """Kind of a request."""

    CACHED = "cached"
    """A question that was answered before the fault."""
    NEW = "new"
    """One that has not been asked before."""
    STRICT = "strict"
    """One of the cached ones with ``completeness=strict``."""
    HEALTH = "health"
    """``health``, ``health/live`` and ``health/ready``."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One request.

    Args:
        key: its kind.
        path: with its query.
        due: when it should have been sent, monotonic seconds.
        sent: when it was.
        took: seconds from then until all of the answer was there, or until there was none.
        reply: what came.
        began: whether any byte came.
        error: why nothing came.
    """

    key: str
    path: str
    due: float
    sent: float
    took: float
    reply: Reply
    began: bool = True
    error: str = ""

    @property
    def late(self) -> float:
        """Seconds by which the load generator was behind."""
        return self.sent - self.due


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of answer times in milliseconds; 0 without answers. A lost request has no answer."""

    count: int
    p50: float
    p95: float
    p99: float
    slowest: float

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Spread:
        ordered = sorted(1000 * sample.took for sample in samples if sample.reply.status)
        if not ordered:
            return cls(0, 0.0, 0.0, 0.0, 0.0)
        p50, p95, p99 = (percentile(ordered, share) for share in (50, 95, 99))
        return cls(len(ordered), p50, p95, p99, ordered[-1])


@dataclass(frozen=True, slots=True)
class Course:
    """Moments of a fault, in monotonic seconds.

    Args:
        begun: the load started.
        broken: the fault began.
        mending: its end began.
        mended: it was taken away: the store was back.
        ended: the load ended.
    """

    begun: float
    broken: float
    mending: float
    mended: float
    ended: float

    def is_in_motion(self, sample: Sample, seconds: float) -> bool:
        """Whether the stored data changed at most so many seconds before a request, or while it was answered."""
        answered = sample.sent + sample.took
        changes = (self.broken, self.broken), (self.mending, self.mended)
        return seconds > 0 and any(begin <= answered and sample.sent < end + seconds for begin, end in changes)

    def before(self, samples: Iterable[Sample]) -> list[Sample]:
        """Samples sent before the fault."""
        return [sample for sample in samples if sample.sent < self.broken]

    def during(self, samples: Iterable[Sample], settled: float = 0.0) -> list[Sample]:
        """Samples sent under the fault, from ``settled`` seconds on."""
        return [sample for sample in samples if self.broken + settled <= sample.sent < self.mended]

    def after(self, samples: Iterable[Sample]) -> list[Sample]:
        """Samples sent after the fault."""
        return [sample for sample in samples if sample.sent >= self.mended]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a fault.

    Args:
        course: its times.
        samples: every request, with its verdict; health's have none.
        notes: what else was seen, name to value.
    """

    course: Course
    samples: Sequence[tuple[Sample, Verdict | None]]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> list[Sample]:
        return [sample for sample, _ in self.samples]

    def of(self, *verdicts: Verdict) -> list[Sample]:
        """Samples with one of these verdicts."""
        return [sample for sample, verdict in self.samples if verdict in verdicts]

    def views(self) -> list[Sample]:
        """Samples of views, without health."""
        return [sample for sample, verdict in self.samples if verdict is not None]

    def counts(self) -> Counter[Verdict]:
        """Verdicts on requests that were sent under the fault."""
        under = {id(sample) for sample in self.course.during(self.all)}
        return Counter(verdict for sample, verdict in self.samples if verdict is not None and id(sample) in under)

    def recovered_after(self) -> float | None:
        """Seconds from the end of the fault until both kinds of keys get fresh answers; ``None``: never."""
        found = [recovery(self.samples, key, self.course.mended) for key in (Key.CACHED, Key.NEW)]
        return None if None in found else max(each for each in found if each is not None)


def recovery(samples: Iterable[tuple[Sample, Verdict | None]], key: Key, since: float) -> float | None:
    """Seconds from ``since`` until the first of ``IN_A_ROW`` fresh answers; ``None`` where there are none."""
    ordered = sorted(
        ((sample, verdict) for sample, verdict in samples if sample.key is key and sample.sent >= since),
        key=lambda pair: pair[0].sent,
    )
    began, row = since, 0
    for sample, verdict in ordered:
        if verdict is not Verdict.FRESH:
            row = 0
            continue
        began = sample.sent if row == 0 else began
        row += 1
        if row == IN_A_ROW:
            return began - since
    return None

"""Rules that must hold under every fault; each reports what it found, in numbers. Pure.

Requirements F1, F2 and F5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.integration.faults.figures import Key, Outcome, Sample, Spread
from tests.integration.faults.judge import Verdict

DEADLINE = 2.5
"""Seconds until an answer or an error: ``MONGODB_TIMEOUT`` and a margin."""

OPEN_P95 = 100.0
"""Milliseconds that all but a twentieth of the answers may take while the breaker is open.

Requirement F1.
"""

OPENS_WITHIN = 3.5
"""Seconds after which the breaker is open: calls have to fail first, each by its deadline."""

RECOVERY = 10.0
"""Seconds from the store's return until everything is answered freshly, with no restart."""

LOSES_WITHIN = 1.0
"""Seconds after a worker's end in which requests that it was answering, or that were on their way to it, are lost."""

MAY_BE_FORGOTTEN = 0.1
"""Share of the requests for cached keys that may be refused while only a worker's own memory has them."""

_SHOWN = 3

Rule = Callable[[Outcome], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Terms:
    """Exceptions from the rules that a fault is allowed.

    Args:
        opens_breaker: MongoDB as a whole is away, so that asking it is given up.
        takes_cache: Redis is gone as well, and a worker has what it gave last and no more than fits.
        takes_data: documents are gone: what rests on them is honestly not found.
        errors: the store answers, with errors: 502 means that retrying at once is useless.
        in_motion: seconds after a change of the documents in which an answer may still be without it, or half.
        ends_worker: connections to it end with it.
        ends_server: no server answers after it.
        lacks_hours: before it, hours are missing that only its end brings, so that a complete answer may be refused.
    """

    opens_breaker: bool = False
    takes_cache: bool = False
    takes_data: bool = False
    errors: bool = False
    in_motion: float = 0.0
    ends_worker: bool = False
    ends_server: bool = False
    lacks_hours: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that did not hold.

    Args:
        rule: its name.
        found: what was seen instead.
    """

    rule: str
    found: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for a fault with these terms."""

    terms: Terms = field(default_factory=Terms)

    def broken(self, outcome: Outcome) -> list[Broken]:
        """Lists the broken rules; empty if every rule holds."""
        rules: dict[str, Rule] = {
            "no wrong number": self._no_wrong_number,
            "no error for a cached key": self._no_error_for_cached,
            "an answer or an error within the deadline": self._within_deadline,
            "errors are 503 problems with Retry-After": self._no_other_failure,
            "no answer is lost": self._nothing_lost,
            "liveness always answers": self._lives,
            "all is well before": self._well_before,
        }
        if self.terms.opens_breaker:
            rules["fast while the breaker is open"] = self._fast_while_open
        if not self.terms.ends_server:
            rules["recovers by itself"] = self._recovers
        return [Broken(name, found) for name, rule in rules.items() for found in rule(outcome)]

    def _no_wrong_number(self, outcome: Outcome) -> Iterator[str]:
        course, moves = outcome.course, self.terms.in_motion
        still = [sample for sample in outcome.of(Verdict.WRONG) if not course.is_in_motion(sample, moves)]
        yield from _any(still, outcome)
        if not self.terms.takes_data:
            yield from _any(outcome.of(Verdict.GONE), outcome)

    def _no_error_for_cached(self, outcome: Outcome) -> Iterator[str]:
        refused = [sample for sample in outcome.of(Verdict.REFUSED, Verdict.FAILED) if sample.key is Key.CACHED]
        if self.terms.takes_data:
            # What was gone is not cached any more, and has to be made while it is written again.
            refused = [each for each in refused if not outcome.course.is_in_motion(each, self.terms.in_motion)]
        asked = sum(sample.key is Key.CACHED for sample in outcome.course.during(outcome.all))
        if not self.terms.takes_cache or len(refused) > MAY_BE_FORGOTTEN * asked:
            yield from _any(refused, outcome)

    def _within_deadline(self, outcome: Outcome) -> Iterator[str]:
        yield from _any([sample for sample in outcome.all if sample.took > DEADLINE], outcome)

    def _no_other_failure(self, outcome: Outcome) -> Iterator[str]:
        allowed = {502} if self.terms.errors else set[int]()
        yield from _any([s for s in outcome.of(Verdict.FAILED) if s.reply.status not in allowed], outcome)

    def _nothing_lost(self, outcome: Outcome) -> Iterator[str]:
        lost = [sample for sample in outcome.all if sample.reply.status == 0]
        course = outcome.course
        if self.terms.ends_server:
            # Later callers are refused; an answer that has begun must not break off.
            lost = [sample for sample in lost if sample.sent < course.broken or sample.began]
        elif self.terms.ends_worker:
            lost = [sample for sample in lost if not course.broken - 1 <= sample.sent < course.broken + LOSES_WITHIN]
        yield from _any(lost, outcome)

    def _lives(self, outcome: Outcome) -> Iterator[str]:
        asked = [sample for sample in outcome.all if sample.path.endswith("/health/live")]
        yield from _any([sample for sample in asked if sample.reply.status not in (0, 200)], outcome)

    def _fast_while_open(self, outcome: Outcome) -> Iterator[str]:
        while_open = Spread.of(outcome.course.during(outcome.views(), OPENS_WITHIN))
        if not while_open.count:
            yield "nothing was asked while it was open"
        elif while_open.p95 >= OPEN_P95:
            yield f"p95 {while_open.p95:.0f} ms of {while_open.count} requests, from {OPENS_WITHIN:g} s on"

    def _recovers(self, outcome: Outcome) -> Iterator[str]:
        took = outcome.recovered_after()
        if took is None:
            yield f"not within {outcome.course.ended - outcome.course.mended:.1f} s{_last_that_were_not(outcome)}"
        elif took > RECOVERY + self.terms.in_motion:
            yield f"after {took:.1f} s{_last_that_were_not(outcome)}"

    def _well_before(self, outcome: Outcome) -> Iterator[str]:
        before = {id(sample) for sample in outcome.course.before(outcome.all)}
        bad = outcome.of(Verdict.REFUSED, Verdict.FAILED, Verdict.LOST, Verdict.GONE)
        if self.terms.lacks_hours:
            bad = [sample for sample in bad if not _says_incomplete(sample)]
        yield from _any([s for s in bad if id(s) in before and s.sent + s.took < outcome.course.broken], outcome)


def _says_incomplete(sample: Sample) -> bool:
    """Whether a request for a complete answer was refused since hours are missing."""
    return sample.key is Key.STRICT and b":incomplete" in sample.reply.body


def _any(samples: list[Sample], outcome: Outcome) -> Iterator[str]:
    """Describes requests that should not have happened, if there are any."""
    if samples:
        shown = "; ".join(describe(sample, outcome.course.broken) for sample in samples[:_SHOWN])
        yield f"{len(samples)} of {len(outcome.samples)} requests: {shown}"


def _last_that_were_not(outcome: Outcome) -> str:
    """Finds the last answers after the fault that were not fresh; they show what delays recovery."""
    after = {id(sample) for sample in outcome.course.after(outcome.views())}
    held_back = [s for s, verdict in outcome.samples if verdict not in (Verdict.FRESH, None) and id(s) in after]
    shown = "; ".join(describe(sample, outcome.course.mended) for sample in held_back[-_SHOWN:])
    return f"; last not fresh, from its end on: {shown}" if shown else ""


def describe(sample: Sample, since: float) -> str:
    """Describes one request in half a line, with its time since a monotonic moment."""
    what = f"status {sample.reply.status}" if sample.reply.status else sample.error or "no answer"
    cache = f" {sample.reply.cache}" if sample.reply.cache else ""
    return f"{sample.key} {sample.path} at {sample.sent - since:+.1f} s: {what}{cache} after {sample.took:.2f} s"

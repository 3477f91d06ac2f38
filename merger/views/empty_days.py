"""What shows that a movie had no reviews on a day without a point: its lifetime total, or the batch runs. Pure.

A total answers the lifetime alone (requirement M8). For single days it counts only where it equals the sum of the
points, so that no review is left for any other day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from merger.contract.documents import BatchDocument
from merger.core.algebra import Sentiment
from merger.core.boundary import Boundary
from merger.core.evidence import Absence, Assumption, EmptySpan, Reason
from merger.core.timeline import DayPoint


@dataclass(frozen=True, slots=True)
class LifetimeTotal:
    """All reviews of a movie before the watermark; from ``doubt_from`` on some may be lacking."""

    watermark: datetime
    state: Sentiment
    doubt_from: datetime | None = None

    @classmethod
    def of(cls, document: BatchDocument, boundary: Boundary) -> LifetimeTotal:
        """The total that a batch document holds."""
        doubt_from = boundary.doubt_from(document.covers_until, is_stated=document.is_coverage_stated)
        return cls(boundary.watermark(document.covers_until), Sentiment.read(document.data), doubt_from)

    @property
    def doubt(self) -> tuple[Assumption, ...]:
        """The hours that it is assumed to cover."""
        if self.doubt_from is None:
            return ()
        return (Assumption(self.doubt_from, self.watermark, Reason.COVERAGE),)

    @property
    def spans(self) -> tuple[EmptySpan, ...]:
        """Its hours, as those that hold no reviews but the known ones."""
        doubted = (EmptySpan(each.start, each.end, each.reason) for each in self.doubt)
        return (EmptySpan(None, self.doubt_from or self.watermark), *doubted)


def empty_spans(
    total: LifetimeTotal | None,
    points: Collection[DayPoint[Sentiment]],
    absence: Absence,
    *,
    of_lifetime: bool,
    has_lost_points: bool,
) -> tuple[EmptySpan, ...]:
    """When a day without a point had no reviews, what is proven before what is assumed.

    Args:
        total: the newest lifetime total.
        points: the batch layer's days.
        absence: what the published runs show.
        of_lifetime: the answer adds up the lifetime, which the total holds whole, as no window's days.
        has_lost_points: some points can't be read, and the total may count their reviews.
    """
    if total is None:
        return (*absence.spans(is_named=bool(points) or has_lost_points), *_between(points, absence))
    unexplained = total.state.reviews - sum(p.state.reviews for p in points if p.day < p.end <= total.watermark)
    if unexplained == 0:
        return tuple(sorted((*total.spans, *absence.spans(is_named=True)), key=lambda span: span.reason is not None))
    if of_lifetime:
        # The sum is whole, though its timeline is not.
        return (EmptySpan(None, total.watermark, Reason.ABSENT), *_after(total, absence))
    if unexplained < 0:
        return (*absence.spans(is_named=True), *_between(points, absence))
    cut = sum(p.state.reviews for p in points if p.day < total.watermark < p.end)
    if has_lost_points or unexplained <= cut:
        return (*absence.spans(is_named=True), EmptySpan(None, total.watermark, Reason.ABSENT))
    # Some reviews belong to days without a point, and nothing tells to which.
    return tuple(_after(total, absence))


def _after(total: LifetimeTotal, absence: Absence) -> Iterator[EmptySpan]:
    """What the runs show of the time after the total."""
    for span in absence.spans(is_named=True):
        if span.end > total.watermark:
            yield EmptySpan(total.watermark, span.end, span.reason)


def _between(points: Collection[DayPoint[Sentiment]], absence: Absence) -> Iterator[EmptySpan]:
    """The days between the first point and the last one, unless a run is known to be half written.

    What was before and after them is unknown, since nothing shows that the run was written to its end.
    """
    if points and not absence.is_broken:
        yield EmptySpan(min(p.day for p in points), max(p.end for p in points), Reason.ABSENT)

"""What an answer assumes: intervals for which the layers give no proof, only a good reason. Pure.

Requirement M8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from merger.errors import Incomplete


class Completeness(StrEnum):
    """What a caller demands of an answer.

    * ``partial``: whatever there is;
    * ``strict``: nothing may be missing;
    * ``proven``: nothing may be missing or assumed.
    """

    PARTIAL = "partial"
    STRICT = "strict"
    PROVEN = "proven"


PARTIAL: Final = Completeness.PARTIAL
"""What a caller demands who says nothing else."""


class Reason(StrEnum):
    """Why an interval is assumed to be known.

    * ``quiet``: no document of the type, while another type of the same hours was synced after their end, and a gap
      that long is plausible at the type's own rate;
    * ``cut``: every document of the hour was synced before its end;
    * ``coverage``: the batch states no ``covers_until``;
    * ``partial``: the hour's number comes from parts that may be versions of each other;
    * ``absent``: a movie that a batch run does not name, without a record of what the run wrote.
    """

    QUIET = "quiet"
    CUT = "cut"
    COVERAGE = "coverage"
    PARTIAL = "partial"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A half-open interval ``[start, end)``, aware UTC, that is assumed rather than proven.

    A ``start`` of ``None`` means "since the beginning".
    """

    start: datetime | None
    end: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class EmptySpan:
    """A half-open interval in which nothing happened where no document says otherwise.

    ``reason`` is ``None`` if that is proven, else why it is assumed. A ``start`` of ``None`` means "since the
    beginning".
    """

    start: datetime | None
    end: datetime
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """What it means that the published batch runs do not name a movie or a day in documents of one view type.

    Args:
        proven_until: up to this event time it had no events, since a run states how many documents it wrote, and they
            are all there.
        assumed_until: up to this event time that is assumed, since a run says no more than that it is published.
        unrecorded_until: without any record of runs, how far the newest document of the type covers. The run may be
            half written, so this is an assumption, and only for what has no document of the type at all.
        is_broken: a run states more documents than are there, so that nothing can be assumed of its days.
    """

    proven_until: datetime | None = None
    assumed_until: datetime | None = None
    unrecorded_until: datetime | None = None
    is_broken: bool = False

    @property
    def as_assumed(self) -> Absence:
        """The same where a document of the runs is lost that may speak of any of their time."""
        ends = [end for end in (self.proven_until, self.assumed_until) if end is not None]
        return Absence(None, max(ends, default=None), self.unrecorded_until, self.is_broken)

    def spans(self, *, is_named: bool) -> tuple[EmptySpan, ...]:
        """The same as spans without events, the proven one first.

        Args:
            is_named: whether any document of the type names the movie or the series.
        """
        guess = self.assumed_until if is_named or self.unrecorded_until is None else self.unrecorded_until
        ends = ((self.proven_until, None), (guess, Reason.ABSENT))
        return tuple(EmptySpan(None, end, reason) for end, reason in ends if end is not None)


class Unproven(Incomplete):
    """The answer would rest on assumptions, and the caller asked for a proven one."""

    def __init__(self, assumed: Sequence[Assumption]) -> None:
        super().__init__(())
        number = "1 interval is" if len(assumed) == 1 else f"{len(assumed)} intervals are"
        self.args = (f"{number} assumed, not proven",)
        self.assumed = tuple(assumed)

"""What an answer assumes: intervals for which the layers give no proof, only a good reason. Pure.

Requirement M8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


@dataclass(frozen=True, slots=True, order=True)
class Assumption:
    """A half-open interval ``[start, end)``, aware UTC, that is assumed rather than proven."""

    start: datetime
    end: datetime
    reason: Reason

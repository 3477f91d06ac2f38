"""What a snapshot has not seen.

Requirements M6 and M8.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from merger.core.boundary import Boundary, SpeedCoverage, SpeedLayer
from merger.core.evidence import Assumption, Reason
from merger.core.windows import HOUR
from merger.views.snapshots import Unseen, unseen_since
from tests.unit.merger.documents import at
from tests.unit.merger.scenario import CUTOFF, LAST_RUN, NOW, OPEN_HOUR

LOST, GUESSED = at("2026-03-10 05:00"), at("2026-03-10 07:00")
HOURS = frozenset(CUTOFF + index * HOUR for index in range(int((OPEN_HOUR - CUTOFF) / HOUR) + 1))
COVERAGE = SpeedCoverage(Boundary(NOW), SpeedLayer(HOURS - {LOST, GUESSED}, NOW, {GUESSED: Reason.QUIET}))
LOST_HOUR, GUESS = (LOST, LOST + HOUR), Assumption(GUESSED, GUESSED + HOUR, Reason.QUIET)


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        (None, Unseen((LOST_HOUR,), (GUESS,))),
        (LOST - HOUR, Unseen((LOST_HOUR,), (GUESS,))),
        (LOST, Unseen((), (GUESS,))),
        (OPEN_HOUR, Unseen()),
    ],
)
def test_only_hours_after_the_newest_bucket_matter(newest: datetime | None, expected: Unseen) -> None:
    assert unseen_since(LAST_RUN, newest, COVERAGE) == expected


def test_hours_between_a_late_batch_and_the_cutoff_are_unseen() -> None:
    assert unseen_since(CUTOFF - 5 * HOUR, None, COVERAGE).missing == ((CUTOFF - 5 * HOUR, CUTOFF), LOST_HOUR)
    assert unseen_since(CUTOFF - 5 * HOUR, CUTOFF, COVERAGE).missing == (LOST_HOUR,)


def test_the_last_hours_of_a_coverage_that_is_not_stated_are_assumed() -> None:
    doubt = Assumption(LAST_RUN - 6 * HOUR, LAST_RUN, Reason.COVERAGE)
    assert unseen_since(LAST_RUN, None, COVERAGE, is_stated=False).assumed == (doubt, GUESS)
    assert unseen_since(LAST_RUN, OPEN_HOUR, COVERAGE, is_stated=False) == Unseen()

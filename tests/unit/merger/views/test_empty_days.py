"""What shows that a movie had no reviews on a day without a point.

Requirement M8.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from merger.contract.documents import Contract
from merger.core.algebra import Sentiment
from merger.core.boundary import Boundary
from merger.core.evidence import Absence, EmptySpan, Reason
from merger.core.timeline import DayPoint
from merger.core.windows import HOUR
from merger.views.empty_days import LifetimeTotal, empty_spans
from tests.unit.merger.documents import (
    MOVIE,
    ask,
    assumed_of,
    at,
    bucket,
    hourly,
    layers_of,
    missing_of,
    point,
    total,
)
from tests.unit.merger.scenario import LAST_RUN, NOW, OPEN_HOUR, SYNCED, speed_from

FIRST, SECOND = at("2026-03-05 00:00"), at("2026-03-07 00:00")
POINTS = [DayPoint(day, LAST_RUN, Sentiment(reviews=4)) for day in (FIRST, SECOND)]
RECENT = speed_from("2026-03-10 00:00")


def spans(reviews: int | None, absence: Absence | None = None, *, lost: bool = False) -> tuple[EmptySpan, ...]:
    known = None if reviews is None else LifetimeTotal(LAST_RUN, Sentiment(reviews=reviews))
    return empty_spans(known, POINTS, absence or Absence(), of_lifetime=False, has_lost_points=lost)


def test_a_total_equal_to_its_points_shows_that_all_other_days_were_empty() -> None:
    assert spans(8) == (EmptySpan(None, LAST_RUN),)


def test_a_total_that_counts_more_than_its_points_shows_nothing_of_single_days() -> None:
    assert spans(9) == ()
    later = LAST_RUN + 2 * HOUR
    assert spans(9, Absence(proven_until=later)) == (EmptySpan(LAST_RUN, later),)


def test_the_reviews_of_an_unreadable_point_explain_a_larger_total() -> None:
    assert spans(9, lost=True) == (EmptySpan(None, LAST_RUN, Reason.ABSENT),)


@pytest.mark.parametrize("reviews", [None, 7])
def test_days_between_points_are_assumed_to_be_empty_without_a_total_that_fits(reviews: int | None) -> None:
    assert spans(reviews) == (EmptySpan(FIRST, at("2026-03-08 00:00"), Reason.ABSENT),)
    assert spans(reviews, Absence(is_broken=True)) == ()


def test_a_published_run_that_is_all_there_shows_that_what_it_does_not_name_was_empty() -> None:
    assert spans(None, Absence(proven_until=LAST_RUN))[0] == EmptySpan(None, LAST_RUN)


def test_a_total_without_stated_coverage_is_in_doubt_near_its_end() -> None:
    document = {**total(0, LAST_RUN), "computed_at": LAST_RUN}
    del document["covers_until"]
    boundary = Boundary(NOW)
    stated = LifetimeTotal(LAST_RUN, Sentiment())
    unstated = LifetimeTotal(LAST_RUN, Sentiment(), boundary.doubt_from(LAST_RUN, is_stated=False))
    assert stated.doubt == ()
    assert unstated.spans == (
        EmptySpan(None, LAST_RUN - 6 * HOUR),
        EmptySpan(LAST_RUN - 6 * HOUR, LAST_RUN, Reason.COVERAGE),
    )


def test_a_lifetime_is_complete_though_its_timeline_lacks_days() -> None:
    result = ask(NOW, [total(100, LAST_RUN), point("2026-03-07", 4, LAST_RUN)], RECENT)
    assert (missing_of(result), result.freshness.proven) == ([], False)
    assert {reason for _, _, reason in assumed_of(result)} == {"absent"}
    assert assumed_of(ask(NOW, [total(100, LAST_RUN)], RECENT)) == [(None, "03-10 00:00", "absent")]


def test_an_unreadable_newer_total_leaves_its_hours_missing() -> None:
    older = total(100, LAST_RUN - 24 * HOUR)
    newer = total(-1, LAST_RUN)
    result = ask(NOW, [older, newer], speed_from("2026-03-08 00:00"))
    assert missing_of(result) == [("03-09 02:00", "03-10 03:00")]
    assert missing_of(ask(NOW, [newer], RECENT))[0][0] is None


def test_a_new_movies_first_day_is_complete_if_a_whole_run_does_not_name_it() -> None:
    first = [bucket(OPEN_HOUR - HOUR, 3), *hourly(LAST_RUN, OPEN_HOUR, movie_id=MOVIE + 1, **SYNCED)]
    unnamed = ask(NOW, [], first)
    assert missing_of(unnamed) == [(None, "03-10 02:00")]
    layers = layers_of(Contract().read(speed=first))
    guesses = (Absence(assumed_until=LAST_RUN), Absence(unrecorded_until=LAST_RUN))
    for absence, proven in ((Absence(LAST_RUN), True), *((guess, False) for guess in guesses)):
        found = [
            ask(NOW, [], first, layers=replace(layers, absence={"sentiment": absence}), window=window)
            for window in ("all", "7d", "90d")
        ]
        assert [missing_of(each) for each in found] == [[]] * 3
        assert {each.freshness.proven for each in found} == {proven}


def test_without_records_the_newest_document_says_nothing_of_a_movie_that_has_others() -> None:
    later = Absence(unrecorded_until=LAST_RUN + HOUR)
    assert spans(8, later) == spans(8)
    assert spans(None, later) == spans(None)

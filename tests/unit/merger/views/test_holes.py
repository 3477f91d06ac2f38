"""Holes that unreadable documents leave.

Requirements D2 and M8.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.contract.coverage import without_future
from merger.contract.documents import Contract, Documents
from merger.contract.values import Skipped
from merger.core.boundary import Boundary
from merger.core.windows import DAY, HOUR, midnight
from merger.views.holes import LostDays, lost_days, lost_of_unknown, lost_until
from tests.unit.merger.documents import Raw, at, point, total
from tests.unit.merger.scenario import LAST_RUN, NOW

BOUNDARY = Boundary(NOW)
DAY_START = at("2026-03-05 00:00")


def broken_point(**more: Any) -> Raw:
    return {**point("2026-03-05", -1, LAST_RUN), **more}


def lost(*documents: Raw) -> LostDays:
    found = Contract().read(batch=documents)
    points = {midnight(document.data["date"]): document for document in found.batch}
    return lost_days(found, "sentiment", points, BOUNDARY)


def test_a_day_whose_newest_point_cannot_be_read_is_lost() -> None:
    newer = LAST_RUN + 2 * HOUR
    readable = point("2026-03-05", 3, LAST_RUN)
    assert lost(broken_point()).days == {DAY_START}
    assert lost(readable, broken_point(computed_at=newer)).days == {DAY_START}
    assert lost(readable, broken_point()).days == frozenset()


def test_a_point_without_a_readable_date_may_be_of_any_day_before_it_was_written() -> None:
    undated = point("2026-03-05", 3, LAST_RUN)
    undated["data"] = {**undated["data"], "date": "soon"}
    assert lost(undated).undated_until == at("2026-03-11 00:00")
    assert lost(undated, point("2026-03-05", 3, LAST_RUN)).days == frozenset()
    assert lost(undated, point("2026-03-05", 3, LAST_RUN - DAY)).days == {DAY_START}


@pytest.mark.parametrize("date", ["2026-11", "2026", "2026-W48", "2026-13"])
def test_a_point_of_a_month_or_of_no_day_may_be_of_any_day(date: str) -> None:
    skip = Skipped("batch", "temporal_analytics.date", "it is missing", "temporal_analytics", date=date)
    found = lost_days(Documents(skipped=(skip,)), "temporal_analytics", {}, BOUNDARY)
    assert (found.days, found.undated_until) == (frozenset(), at("2026-03-11 00:00"))


def test_points_of_other_views_and_of_the_speed_layer_leave_no_hole() -> None:
    assert lost({**broken_point(), "view_type": "temporal_analytics"}, total(-1, LAST_RUN)) == LostDays()


def test_an_unreadable_document_stands_for_the_time_beyond_the_readable_one() -> None:
    found = Contract().read(batch=[total(-1, LAST_RUN)])
    written = LAST_RUN + HOUR
    older, newer = (Contract().read(batch=[total(1, covers)]).batch[0] for covers in (LAST_RUN - DAY, LAST_RUN))
    assert lost_until(found.skipped, None, BOUNDARY) == ((None, written),)
    assert lost_until(found.skipped, older, BOUNDARY) == ((LAST_RUN - DAY, written),)
    assert lost_until(found.skipped, newer, BOUNDARY) == ()
    assert lost_until(Documents().skipped, None, BOUNDARY) == ()


def test_a_document_of_unknown_age_may_stand_for_all_time() -> None:
    found = Contract().read(batch=[{**total(-1, LAST_RUN), "computed_at": "?"}])
    assert lost_until(found.skipped, None, BOUNDARY) == ((None, BOUNDARY.open_hour),)
    assert BOUNDARY.open_hour - LAST_RUN > timedelta()


def test_of_documents_computed_at_the_same_time_the_higher_version_is_newer() -> None:
    found = Contract().read(batch=[total(-1, LAST_RUN, version=3), total(1, LAST_RUN, version=2)])
    assert lost_until(found.skipped, found.batch[0], BOUNDARY)
    found = Contract().read(batch=[total(-1, LAST_RUN, version=2), total(1, LAST_RUN, version=3)])
    assert lost_until(found.skipped, found.batch[0], BOUNDARY) == ()


def test_only_a_movie_of_which_nothing_can_be_used_is_lost_as_a_whole() -> None:
    unread, ahead = total(-1, LAST_RUN), total(1, LAST_RUN, computed_at=NOW + 900 * DAY)
    assert lost_of_unknown(Contract().read(batch=[unread]), BOUNDARY) == ((None, LAST_RUN + HOUR),)
    left = without_future(Contract().read(batch=[ahead]), BOUNDARY)
    assert lost_of_unknown(left, BOUNDARY) == ((None, BOUNDARY.open_hour),)
    assert lost_of_unknown(Contract().read(batch=[unread, total(1, LAST_RUN - DAY)]), BOUNDARY) == ()

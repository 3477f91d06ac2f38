"""Reading of the genres to compare on the analytics page."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from pages.site.analytics import MOST_COMPARED, AnalyticsParameters, _split_names, _unique


def test_names_are_split_at_commas_and_empty_ones_dropped() -> None:
    assert _split_names(" Action,, Science Fiction ,") == ["Action", "Science Fiction"]
    assert _split_names(None) == []


def test_names_are_unique_regardless_of_case_and_limited() -> None:
    assert _unique(["Drama", "drama", "Crime", "DRAMA"]) == ["Drama", "Crime"]
    assert len(_unique([f"Genre {n}" for n in range(9)])) == MOST_COMPARED + 1


@pytest.mark.parametrize(("query", "window"), [("", "30d"), ("window=7d", "7d"), ("window=all", "all")])
def test_window_defaults_to_thirty_days(query: str, window: str) -> None:
    values = AnalyticsParameters.read(QueryDict(query))
    assert (values["window"].label, values["metric"]) == (window, "rating")

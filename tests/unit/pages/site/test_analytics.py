"""Reading of the genres to compare on the analytics page."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from pages.site.analytics import AnalyticsParameters, _bars, _chips, _split_names, _tier_words, _unique


def test_names_are_split_at_commas_and_empty_ones_dropped() -> None:
    assert _split_names(" Action,, Science Fiction ,") == ["Action", "Science Fiction"]
    assert _split_names(None) == []


def test_names_are_unique_regardless_of_case() -> None:
    assert _unique(["Drama", "drama", "Crime", "DRAMA"]) == ["Drama", "Crime"]


@pytest.mark.parametrize(("query", "window"), [("", "30d"), ("window=7d", "7d"), ("window=all", "all")])
def test_window_defaults_to_thirty_days(query: str, window: str) -> None:
    values = AnalyticsParameters.read(QueryDict(query))
    assert (values["window"].label, values["metric"]) == (window, "rating")


def test_chip_adds_its_genre_or_takes_it_away() -> None:
    chips = _chips(["Action", "Crime", "Drama"], ["Drama", "Crime"])
    assert [(chip["is_chosen"], chip["compare"]) for chip in chips] == [
        (False, "Drama,Crime,Action"),
        (True, "Drama"),
        (True, "Crime"),
    ]


def test_bars_are_sorted_by_rating_and_show_the_chosen_genres_or_all() -> None:
    known = [{"genre": name, "avg_rating": rating} for name, rating in (("A", None), ("B", 5.0), ("C", 7.0))]
    assert [each["genre"] for each in _bars(known, [])] == ["C", "B", "A"]
    assert [each["genre"] for each in _bars(known, ["B", "A"])] == ["B", "A"]


def test_tiers_are_explained_by_their_bounds() -> None:
    assert _tier_words() == "blockbuster above 80, popular above 50, moderate above 20, niche the rest"

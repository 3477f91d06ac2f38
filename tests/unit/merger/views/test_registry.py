"""The registry knows every view of the installed apps."""

from __future__ import annotations

from types import ModuleType

import pytest

import analytics.selectors
import movies.selectors
import people.selectors
import recommendations.selectors
import trending.selectors
from analytics.series_reads import TrendParameters
from merger.core.windows import Granularity, parse_span
from merger.views.plans import View
from merger.views.registry import known_views
from movies.selectors import Movie, MovieSentiment, MovieStats
from recommendations.likes import SimilarMovies


def test_registry_holds_the_views_of_all_apps_in_order() -> None:
    names = list(known_views())
    assert names == sorted(names)
    assert {"movies.details", "search.genres", "trending.history", "analytics.actor", "people.find"} <= set(names)
    assert all(view.name == name for name, view in known_views().items())


SELECTORS = (
    analytics.selectors,
    movies.selectors,
    people.selectors,
    recommendations.selectors,
    trending.selectors,
)


@pytest.mark.parametrize("selectors", SELECTORS)
def test_no_app_leaves_a_view_out_of_its_list(selectors: ModuleType) -> None:
    assert [each for each in vars(selectors).values() if isinstance(each, View)] == list(selectors.VIEWS)


def test_answers_about_a_movie_name_it_and_no_other_answers_do() -> None:
    week = parse_span("7d")
    about = {
        "movies.details": Movie(7),
        "movies.sentiment": MovieSentiment(7, week, Granularity.DAY),
        "movies.stats": MovieStats(7, 48),
        "analytics.trends": TrendParameters("rating", week, movie_id=7),
        "recommendations.similar": SimilarMovies(7),
    }
    for name, view in known_views().items():
        assert view.identity(about.get(name)) == (7 if name in about else None)
    assert known_views()["analytics.trends"].identity(TrendParameters("rating", week)) is None

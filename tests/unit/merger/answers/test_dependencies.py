"""What outdates each view's answers follows from what its plan reads.

Requirement C6.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.actors import Actor
from analytics.catalogue import Comparison
from analytics.genres import GenrePeriod
from analytics.series_reads import TrendParameters
from merger.answers.dependencies import Dependencies, outdated_by
from merger.contract.collections import SPEED
from merger.contract.documents import Aliases
from merger.core.boundary import Boundary
from merger.core.windows import Granularity, parse_span
from merger.stores.store import Find
from merger.views.plans import Plan
from merger.views.registry import known_views
from movies.search import MovieSearch
from movies.selectors import GenreSearch, Movie, MovieSentiment, MovieStats
from people.finding import PeopleSearch
from people.person import Person, PersonMovies
from recommendations.genres import GenreMovies
from recommendations.likes import PersonalMovies, SimilarMovies
from recommendations.weighing import Wishes
from trending.history import HistoryQuery
from trending.scoring import RankingParameters

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
WEEK, ALL = parse_span("7d"), parse_span("all")
MOVIE = {"movie:7", "changed:movie:7", "changed:movies"}
RANKED = {"changed:trending", "changed:stats"}
LIVE = {*RANKED, "changed:sentiment"}
OUTDATED_BY: list[tuple[str, Any, set[str]]] = [
    ("movies.details", Movie(7), MOVIE),
    ("movies.sentiment", MovieSentiment(7, WEEK, Granularity.DAY), MOVIE),
    ("movies.sentiment", MovieSentiment(7, ALL, Granularity.HOUR), MOVIE),
    ("movies.stats", MovieStats(7, 48), MOVIE),
    ("search.movies", MovieSearch(q="a"), {"changed:stats"}),
    ("search.movies", MovieSearch(genre="drama"), {"changed:stats"}),
    ("search.genres", GenreSearch(None), set()),
    ("analytics.genre", GenrePeriod("drama", None, None), set()),
    ("analytics.genre_history", GenrePeriod("drama", 1999, 2), set()),
    ("analytics.trends", TrendParameters("sentiment", WEEK), {"changed:sentiment"}),
    ("analytics.trends", TrendParameters("rating", WEEK, genre="drama"), {"changed:stats"}),
    ("analytics.trends", TrendParameters("popularity", ALL), {"changed:stats"}),
    ("analytics.trends", TrendParameters("sentiment", WEEK, movie_id=7), MOVIE),
    ("analytics.overview", None, set()),
    ("analytics.sentiment_comparison", Comparison("drama", 1999), set()),
    ("analytics.actor", Actor("Ann"), set()),
    ("people.find", PeopleSearch("ann"), set()),
    ("people.person", Person("ann"), RANKED),
    ("people.movies", PersonMovies("ann"), {"changed:stats"}),
    ("recommendations.similar", SimilarMovies(7), {"movie:7", *LIVE}),
    ("recommendations.similar", SimilarMovies(7, wishes=Wishes(sentiment=False)), {"movie:7", *RANKED}),
    ("recommendations.personalized", PersonalMovies((7,), wishes=Wishes(0.0, False, False)), {"changed:stats"}),
    ("recommendations.genre", GenreMovies("drama"), LIVE),
    ("trending.movies", RankingParameters(WEEK, 10, "drama"), RANKED),
    ("trending.history", HistoryQuery(WEEK, 10, 24), RANKED),
]


def named(name: str, params: Any) -> set[str]:
    return {*Dependencies(Aliases(), lambda: Boundary(NOW)).of(known_views()[name], params)}


@pytest.mark.parametrize(("name", "params", "changes"), OUTDATED_BY)
def test_answer_is_outdated_by_what_its_plan_reads(name: str, params: Any, changes: set[str]) -> None:
    assert named(name, params) == {"all", f"view:{name}", "batch", *changes}


def test_table_above_has_every_view() -> None:
    assert {name for name, _, _ in OUTDATED_BY} == set(known_views())


def test_speed_read_that_names_no_movie_is_outdated_by_every_type() -> None:
    plan = Plan((Find(SPEED, {"data_type": "stats", "hour": NOW}),))
    assert {*outdated_by(plan)} == {"changed:sentiment", "changed:stats", "changed:trending"}


def test_generations_of_a_question_are_derived_once() -> None:
    asked: list[int] = []

    def boundary() -> Boundary:
        asked.append(1)
        return Boundary(NOW)

    dependencies, view = Dependencies(Aliases(), boundary), known_views()["movies.details"]
    assert dependencies.of(view, Movie(1)) == dependencies.of(view, Movie(1)) != dependencies.of(view, Movie(2))
    assert len(asked) == 2

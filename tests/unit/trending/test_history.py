"""Hourly scores and earlier ranks of the movies that lead the ranking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from merger.core.windows import HOUR, parse_span
from merger.errors import NotFound
from merger.views.reading import ViewResult
from tests.unit.inputs import Raw, at, details, view_inputs
from tests.unit.trending.test_scoring import NOW, OPEN, RUN, popular, trending
from trending.history import HistoryQuery, hours_needed, ranking_history
from trending.scoring import RankingParameters, popularity_score, ranking


def history_of(hours: Iterable[Raw], *, window: str = "6h", limit: int = 10, shown: int = 3, **more: Any) -> ViewResult:
    catalogue = more.pop("catalogue", ())
    params = HistoryQuery(parse_span(window), limit, shown, **more)
    return ranking_history(params, view_inputs(NOW, hours=hours, catalogue=catalogue))


def ranks(result: ViewResult) -> dict[int, tuple[int, int | None]]:
    return {entry["movie_id"]: (entry["rank"], entry["rank_before"]) for entry in result.body["movies"]}


def test_ranks_are_the_rankings_and_earlier_ranks_use_only_earlier_hours() -> None:
    hours = [trending(1, 1, 90), trending(1, 0, 10), trending(2, 1, 50), trending(3, 0, 60)]
    assert ranks(history_of(hours)) == {3: (1, None), 2: (2, 2), 1: (3, 1)}
    ranked = ranking(RankingParameters(parse_span("6h"), 10), view_inputs(NOW, hours=hours))
    assert [entry["movie_id"] for entry in ranked.body["trending_movies"]] == [3, 2, 1]


def test_earlier_rank_counts_all_movies_not_only_those_shown() -> None:
    hours = [*(trending(n, 1, 90 - n) for n in range(1, 6)), trending(5, 0, 99)]
    assert ranks(history_of(hours, limit=1)) == {5: (1, 5)}


def test_scores_list_every_hour_with_the_open_hour_last() -> None:
    (movie,) = history_of([trending(1, 0, 30), trending(1, 2, 70)]).body["movies"]
    assert movie["scores"] == [
        {"hour": "2026-03-10T08:00:00Z", "trending_score": 70},
        {"hour": "2026-03-10T09:00:00Z", "trending_score": None},
        {"hour": "2026-03-10T10:00:00Z", "trending_score": 30},
    ]


def test_hour_with_only_stats_is_scored_by_the_formula() -> None:
    (movie,) = history_of([popular(1, 0, 50.0, popularity_velocity=3.0)], shown=1).body["movies"]
    assert movie["scores"][0]["trending_score"] == popularity_score(50.0, 3.0)


def test_scores_can_reach_further_back_than_the_ranking_window() -> None:
    result = history_of([trending(1, 0, 30), trending(1, 5, 70), trending(2, 5, 99)], window="1h", shown=6)
    assert [score["trending_score"] for score in result.body["movies"][0]["scores"]] == [70, None, None, None, None, 30]
    assert ranks(result) == {1: (1, None)}


def test_genre_filter_ranks_within_the_genre_now_and_before() -> None:
    catalogue = [details(n, RUN, genres=[genre]) for n, genre in enumerate(("Drama", "Action", "Drama"), start=1)]
    hours = [trending(2, 1, 90), trending(1, 1, 80), trending(3, 1, 70), trending(3, 0, 85)]
    assert ranks(history_of(hours, catalogue=catalogue, genre="drama")) == {3: (1, 2), 1: (2, 1)}
    with pytest.raises(NotFound):
        history_of(hours, catalogue=catalogue, genre="dramma")


def test_missing_hours_cover_both_the_ranking_and_the_scores() -> None:
    hours = [trending(1, ago, 50) for ago in (0, 1, 3, 5)]
    params = HistoryQuery(parse_span("2h"), 10, 4)
    assert hours_needed(params, NOW).bounded_start == OPEN - 3 * HOUR
    result = history_of(hours, window="2h", shown=4)
    assert [(start, end) for start, end in result.freshness.missing] == [
        (at("2026-03-10 08:00"), at("2026-03-10 09:00"))
    ]


def test_empty_layer_gives_an_empty_list() -> None:
    assert history_of([]).body["movies"] == []

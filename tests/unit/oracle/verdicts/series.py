"""Verdicts on answers that sum up events: sentiment, stats and trends. Each raises ``AssertionError``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from analytics.selectors import TRENDS
from analytics.series_reads import SPEED_TYPE, TrendParameters, series_genre
from merger.core.windows import Granularity, Window, floor_hour
from movies.selectors import SENTIMENT, STATS, MovieSentiment, MovieStats
from tests.unit.oracle.stored import StoredWorld, Told
from tests.unit.oracle.verdicts.judging import (
    bucket_of,
    check_average,
    check_observed,
    check_sum,
    may_lack,
    window_of,
)
from tests.unit.oracle.worlds.truth import Observation, movies_of


def judge_sentiment(stored: StoredWorld, params: MovieSentiment) -> Told:
    """The total of the window, and each point of the breakdown."""
    told = stored.ask(SENTIMENT, params)
    if told.body is None:
        assert not stored.knows(movie_id=params.movie_id), "the movie is known"
        return told
    window = window_of(stored, params.window, params.granularity)
    reviews = stored.world.truth.reviews_of({params.movie_id})
    summary = told.body["sentiment"]
    counted = check_sum(stored, told, summary["total_reviews"], reviews, window, reviews)
    if not told.is_flagged:
        check_average(summary["overall_score"], counted)
    in_points = []
    for entry in told.body["breakdown"]:
        in_points += check_sum(stored, told, entry["review_count"], reviews, bucket_of(entry), ())
    for review in reviews:
        assert in_points.count(review) <= 1 or told.covers(review.at), f"{review} is in two points"
        if window.holds(review.at) and review not in in_points:
            assert may_lack(stored, told, review.at, "sentiment"), f"{review} is in no point"
    return told


def judge_stats(stored: StoredWorld, params: MovieStats) -> Told:
    """Every hour that was observed, with its popularity."""
    told = stored.ask(STATS, params)
    if told.body is None:
        known = stored.knows(movie_id=params.movie_id, view_type="movie_details")
        assert not known, "the movie is known"
        return told
    window = params.window(stored.world.now)
    shown = {datetime.fromisoformat(entry["hour"]): entry for entry in told.body["stats"]}
    observed = {floor_hour(each.at): each for each in stored.world.truth.observations_of({params.movie_id})}
    for hour, entry in shown.items():
        assert window.holds(hour), f"{hour} is outside the window"
        assert hour in observed, f"nothing was observed at {hour}"
        assert entry["popularity"] == observed[hour].popularity, f"{hour} has another popularity"
    for hour, each in observed.items():
        if window.holds(hour) and hour not in shown:
            assert may_lack(stored, told, each.at, "stats"), f"{each} is lost"
    return told


def judge_trends(stored: StoredWorld, params: TrendParameters) -> Told:
    """Every point of the series."""
    told = stored.ask(TRENDS, params)
    if told.body is None:
        described = stored.described & movies_of(params.genre and params.genre.title())
        is_known = stored.knows(movie_id=params.movie_id) if params.genre is None else bool(described)
        assert not is_known, "the series is known"
        return told
    window = window_of(stored, params.window, params.granularity)
    movies = {params.movie_id} if params.movie_id is not None else movies_of(params.genre and params.genre.title())
    # Nobody can know the genres of a movie that no document describes.
    whole = movies if params.genre is None else movies & stored.described
    if params.metric == "sentiment":
        _judge_reviews(stored, told, window, movies, whole)
    else:
        _judge_popularity(stored, told, window, movies, whole, SPEED_TYPE[params.metric])
    return told


def _judge_reviews(stored: StoredWorld, told: Told, window: Window, movies: set[int], whole: set[int]) -> None:
    reviews, seen = stored.world.truth.reviews_of(movies), []
    for entry in _points(told):
        counted = check_sum(stored, told, entry["count"], reviews, bucket_of(entry), ())
        if not told.is_flagged:
            check_average(entry["value"], counted)
        seen += counted
    for review in reviews:
        if review.movie_id in whole and window.holds(review.at) and review not in seen:
            assert may_lack(stored, told, review.at, "sentiment"), f"{review} is lost"


def _judge_popularity(
    stored: StoredWorld, told: Told, window: Window, movies: set[int], whole: set[int], data_type: str
) -> None:
    observed = stored.world.truth.observations_of(movies)
    seen: list[Observation] = []
    for entry in _points(told):
        total = round(entry["value"] * entry["count"])
        seen += check_observed(stored, told, total, observed, bucket_of(entry))
    for each in observed:
        if each.movie_id in whole and window.holds(each.at) and each not in seen:
            assert may_lack(stored, told, each.at, data_type), f"{each} is lost"


def _points(told: Told) -> list[dict[str, Any]]:
    assert told.body is not None
    points: list[dict[str, Any]] = told.body["data_points"]
    return points


def trend_parameters(
    metric: str, window: Any, genre: str | None, movie_id: int | None, *, granularity: Granularity = Granularity.DAY
) -> TrendParameters:
    """Parameters as the API makes them."""
    return TrendParameters(metric, window, genre and series_genre(genre), movie_id, granularity)

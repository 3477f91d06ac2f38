"""Tables built from answers: every number is the answer's own."""

from __future__ import annotations

from typing import Any

import pytest

from analytics import examples as analytics
from merger.core.windows import parse_span
from movies import examples as movies
from pages.figures import charts
from trending import serializers as trending

TWO_DAYS = parse_span("2d")


def raw(table: Any) -> list[list[Any]]:
    return [[cell.raw for cell in line] for line in table.lines]


def test_timeline_has_every_point_with_its_source() -> None:
    table = charts.sentiment_timeline(movies.SENTIMENT, TWO_DAYS)
    assert raw(table) == [
        ["2026-11-23", 0.28, 60, 40, 5, 15, "batch"],
        ["2026-11-24", 0.37, 30, 21, 2, 7, "speed"],
    ]
    assert table.cutoff == ""


@pytest.mark.parametrize(
    ("moment", "is_drawn"),
    [
        ("2026-11-22T23:59:59Z", False),
        ("2026-11-23T00:00:00Z", True),
        ("2026-11-25T00:00:00Z", True),
        ("2026-11-25T00:00:01Z", False),
        (None, False),
    ],
)
def test_boundary_is_drawn_only_within_the_time_shown(moment: str | None, *, is_drawn: bool) -> None:
    freshness = {**movies.SENTIMENT["freshness"], "cutoff": moment}
    table = charts.sentiment_timeline({**movies.SENTIMENT, "freshness": freshness}, TWO_DAYS)
    assert bool(table.cutoff) == is_drawn


def test_gaps_are_the_answers_missing_intervals() -> None:
    missing = [{"start": "2026-11-23T05:00:00Z", "end": "2026-11-23T06:00:00Z"}]
    answer = {**movies.SENTIMENT, "freshness": {**movies.SENTIMENT["freshness"], "missing": missing}}
    assert charts.sentiment_timeline(answer, TWO_DAYS).gaps == missing


@pytest.mark.parametrize(
    ("window", "start", "since"),
    [
        ("2d", "", ""),
        ("3d", "", ""),  # a day without reviews at its start is nothing to speak of
        ("30d", "2026-10-26T00:00:00Z", "2026-11-23"),
        ("all", "", ""),
    ],
)
def test_axis_covers_the_window_and_says_since_when_there_is_data(window: str, start: str, since: str) -> None:
    table = charts.sentiment_timeline(movies.SENTIMENT, parse_span(window))
    assert (table.start, table.since) == (start, since)


def test_hours_are_listed_oldest_first_rating_on_its_scale() -> None:
    hours = [{**movies.STATS["latest"], "hour": f"2026-11-24T{hour:02}:00:00Z"} for hour in (14, 13)]
    answer = {**movies.STATS, "stats": hours}
    for table in (charts.rating_timeline(answer), charts.popularity_timeline(answer)):
        assert [line[0].raw[11:13] for line in table.lines] == ["13", "14"]
    rating = charts.rating_timeline(answer)
    assert (rating.least, rating.most, rating.is_fixed) == (0, 10, True)


def test_scores_have_one_column_per_movie() -> None:
    table = charts.score_lines(trending.HISTORY_EXAMPLE)
    assert [column.label for column in table.columns] == ["Hour (UTC)", "Fight Club"]
    assert [line[1].raw for line in table.lines] == [61.5, None, 78.31]


def test_ranking_has_earlier_ranks_where_they_are_known() -> None:
    answer = trending.EXAMPLE
    assert [row[:4] for row in raw(charts.ranking(answer, trending.HISTORY_EXAMPLE))] == [
        [1, 3, 550, "Fight Club"],
        [2, None, 238, "The Godfather"],
    ]
    assert [row[1] for row in raw(charts.ranking(answer, None))] == [None, None]


def test_other_tables_have_the_answers_rows() -> None:
    assert raw(charts.metric_timeline(analytics.TRENDS))[1] == ["2026-11-23", 0.13, 1795, "merged"]


def test_movie_without_a_title_is_named_by_its_id() -> None:
    assert charts.name_of({"movie_id": 5, "title": None}) == "Movie 5"


def test_movies_without_a_score_are_not_among_the_lines() -> None:
    (movie,) = trending.HISTORY_EXAMPLE["movies"]
    silent = {**movie, "title": "Silent", "scores": [{**each, "trending_score": None} for each in movie["scores"]]}
    table = charts.score_lines({**trending.HISTORY_EXAMPLE, "movies": [silent, movie]})
    assert [column.label for column in table.columns] == ["Hour (UTC)", "Fight Club"]


@pytest.mark.parametrize(
    ("as_of", "open_from", "text"),
    [
        ("2026-11-24T14:05:00Z", "2026-11-24", "24 Nov 2026, so far"),
        ("2026-11-25T00:00:00Z", "", "24 Nov 2026"),
        (None, "", "24 Nov 2026"),
    ],
)
def test_day_is_open_until_numbers_reach_its_end(as_of: str | None, open_from: str, text: str) -> None:
    point = {"value": 0.1, "count": 3, "data_source": "speed"}
    answer = {
        **analytics.TRENDS,
        "data_points": [{**point, "date": "2026-11-23"}, {**point, "date": "2026-11-24"}],
        "freshness": {**analytics.TRENDS["freshness"], "speed_as_of": as_of, "batch_as_of": None},
    }
    table = charts.metric_timeline(answer)
    assert (table.open_from, table.lines[-1][0].text, table.lines[0][0].text) == (open_from, text, "23 Nov 2026")


@pytest.mark.parametrize(
    ("metric", "bounds"), [("rating", (0, 10)), ("sentiment", (-1, 1)), ("popularity", (None, None))]
)
def test_axis_of_a_metric_has_its_scale(metric: str, bounds: tuple[float | None, float | None]) -> None:
    table = charts.metric_timeline({**analytics.TRENDS, "metric": metric})
    assert (table.least, table.most) == bounds

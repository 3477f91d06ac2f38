"""Trends: which documents belong to a series and how both layers become one.

Requirements M1, M2, M3, M5 and M8.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from analytics.series import trends
from analytics.series_reads import TrendParameters
from merger.core.boundary import Policy, Strategy
from merger.core.windows import HOUR, Granularity, parse_span
from merger.errors import NotFound
from merger.views.reading import ViewResult
from tests.unit.inputs import Raw, at, batch_view, bucket, details, stats, view_inputs

NOW = at("2026-03-10 10:30")
RUN = at("2026-03-10 00:00")
CUTOFF_DAY = at("2026-03-08 00:00")
CATALOGUE = (details(1, RUN), details(2, RUN, genres=["drama", "War"]), details(3, RUN, genres=["Comedy"]))


def point(day: str, value: float, count: int = 10, covers: datetime = RUN, **more: Any) -> Raw:
    """A point of the overall series of ratings, unless ``data`` says otherwise."""
    data = {"metric": "rating", "date": day, "value": value, "count": count, **more.pop("data", {})}
    return batch_view("temporal_analytics", data, covers, **more)


def rated(hour: datetime, rating: float = 8.0, movie_id: int = 1, **more: Any) -> Raw:
    return bucket(movie_id, "stats", hour, {**stats(50.0), "vote_average": rating}, **more)


def every_hour(start: datetime, end: datetime, **more: Any) -> list[Raw]:
    return [rated(start + n * HOUR, **more) for n in range(int((end - start) / HOUR))]


def ask(
    batch: Iterable[Raw] = (),
    hours: Iterable[Raw] = (),
    *,
    speed: Iterable[Raw] = (),
    metric: str = "rating",
    window: str = "4d",
    genre: str | None = None,
    movie_id: int | None = None,
    granularity: Granularity = Granularity.DAY,
    policy: Policy | None = None,
    catalogue: Iterable[Raw] = CATALOGUE,
) -> ViewResult:
    params = TrendParameters(metric, parse_span(window), genre, movie_id, granularity)
    return trends(params, view_inputs(NOW, batch, speed, hours=hours, catalogue=catalogue, policy=policy))


def points(built: ViewResult) -> dict[str, tuple[float, int, str]]:
    return {
        entry.get("hour") or entry["date"]: (round(entry["value"], 6), entry["count"], entry["data_source"])
        for entry in built.body["data_points"]
    }


def missing(built: ViewResult) -> list[tuple[str | None, str]]:
    return [(f"{start:%m-%d %H}" if start else None, f"{end:%m-%d %H}") for start, end in built.freshness.missing]


HEALTHY_HOURS = every_hour(CUTOFF_DAY, NOW)


def test_old_days_come_from_batch_and_days_after_cutoff_from_speed() -> None:
    batch = [point("2026-03-07", 5.0), point("2026-03-08", 6.0), point("2026-03-09", 7.0)]
    built = ask(batch, HEALTHY_HOURS)
    assert points(built) == {
        "2026-03-07": (5.0, 10, "batch"),
        "2026-03-08": (6.0, 10, "batch"),
        "2026-03-09": (8.0, 24, "speed"),
        "2026-03-10": (8.0, 10, "speed"),
    }
    assert built.freshness.complete
    assert built.body["data_source"] == "merged"
    assert built.freshness.batch_as_of == RUN


def test_partly_covered_day_is_completed_by_speed_hours() -> None:
    late = at("2026-03-08 20:00")
    built = ask([point("2026-03-07", 5.0, covers=late), point("2026-03-08", 6.0, 20, covers=late)], HEALTHY_HOURS)
    assert points(built)["2026-03-08"] == (round((6 * 20 + 8 * 4) / 24, 6), 24, "merged")
    assert built.freshness.complete


def test_an_hour_that_neither_layer_holds_is_missing() -> None:
    lost = at("2026-03-10 04:00")
    built = ask([point("2026-03-09", 7.0)], [h for h in HEALTHY_HOURS if h["hour"] != lost])
    assert missing(built) == [("03-10 04", "03-10 05")]


def test_after_a_late_batch_hours_that_neither_layer_holds_are_missing() -> None:
    covers = at("2026-03-06 12:00")
    batch = [point("2026-03-06", 5.0, covers=covers)]
    assert ask(batch, every_hour(covers, NOW)).freshness.complete
    assert missing(ask(batch, every_hour(CUTOFF_DAY, NOW))) == [("03-06 12", "03-08 00")]


def test_hours_that_were_not_read_are_missing_not_empty() -> None:
    covers = at("2026-03-07 12:00")
    batch = [point("2026-03-07", 5.0, covers=covers)]
    everything = every_hour(covers, NOW)
    params = TrendParameters("rating", parse_span("4d"))
    found = view_inputs(NOW, batch, hours=HEALTHY_HOURS, everything=everything, catalogue=CATALOGUE)
    assert missing(trends(params, found)) == [("03-07 12", "03-08 00")]


def test_without_any_document_every_closed_hour_of_the_window_is_missing() -> None:
    built = ask(window="1d")
    assert (points(built), missing(built)) == ({}, [("03-09 00", "03-10 10")])
    assert built.body["summary"] == {"avg": None, "min": None, "max": None, "trend": "stable", "change_rate": None}


def test_every_movies_hours_weigh_the_same_despite_duplicates() -> None:
    hour = at("2026-03-10 09:00")
    hours = [rated(hour, 4.0, 1), rated(hour, 8.0, 2), rated(hour, 1.0, 2, synced_at=hour)]
    assert points(ask([], hours))["2026-03-10"] == (6.0, 2, "speed")


def test_sentiment_weighs_by_reviews_and_an_hour_without_any_is_no_observation() -> None:
    hour = at("2026-03-10 09:00")
    counts = {"positive_count": 0, "negative_count": 0, "neutral_count": 0}
    hours = [
        bucket(1, "sentiment", hour, {"avg_sentiment": 0.5, "review_count": 3, **counts}),
        bucket(2, "sentiment", hour, {"avg_sentiment": -0.5, "review_count": 1, **counts}),
        bucket(1, "sentiment", hour - 24 * HOUR, {"avg_sentiment": 0.0, "review_count": 0, **counts}),
    ]
    assert points(ask([], hours, metric="sentiment")) == {"2026-03-10": (0.25, 4, "speed")}


def test_popularity_is_read_from_stats_too() -> None:
    hour = at("2026-03-10 09:00")
    assert points(ask([], [rated(hour)], metric="popularity"))["2026-03-10"] == (50.0, 1, "speed")


def test_a_point_without_observations_is_absent_and_not_zero() -> None:
    assert points(ask([point("2026-03-07", 9.0, 0), point("2026-03-06", 5.0)])) == {"2026-03-06": (5.0, 10, "batch")}


def test_the_overall_series_takes_no_points_of_genres_movies_or_other_metrics() -> None:
    others = [
        point("2026-03-07", 1.0, data={"genre": "Drama"}),
        point("2026-03-07", 2.0, data={"movie_id": 1}),
        point("2026-03-07", 3.0, movie_id=1),
        point("2026-03-07", 4.0, data={"metric": "popularity"}),
    ]
    assert points(ask([*others, point("2026-03-07", 5.0)])) == {"2026-03-07": (5.0, 10, "batch")}


def test_genre_series_takes_points_in_any_case_and_hours_of_its_movies() -> None:
    hour = at("2026-03-10 09:00")
    batch = [point("2026-03-07", 1.0, data={"genre": "DRAMA"}), point("2026-03-07", 2.0, data={"genre": "War"})]
    hours = [rated(hour, 4.0, 1), rated(hour, 8.0, 2), rated(hour, 1.0, 3), rated(hour, 1.0, 99)]
    built = ask(batch, hours, genre="dRama")
    assert points(built) == {"2026-03-07": (1.0, 10, "batch"), "2026-03-10": (6.0, 2, "speed")}
    assert built.body["genre"] == "Drama"


def test_a_movies_series_takes_its_points_wherever_the_movie_is_named() -> None:
    batch = [
        point("2026-03-06", 5.0, movie_id=1),
        point("2026-03-07", 6.0, data={"movie_id": 1}),
        point("2026-03-07", 1.0, movie_id=2),
    ]
    speed = [rated(at("2026-03-10 09:00")), rated(at("2026-03-10 09:00"), 1.0, 2)]
    assert points(ask(batch, speed=speed, movie_id=1)) == {
        "2026-03-06": (5.0, 10, "batch"),
        "2026-03-07": (6.0, 10, "batch"),
        "2026-03-10": (8.0, 1, "speed"),
    }


def test_a_movie_that_only_the_speed_layer_has_seen_is_known() -> None:
    assert ask(speed=[rated(NOW - timedelta(minutes=30), movie_id=77)], movie_id=77).body["movie_id"] == 77


def test_unknown_movies_and_genres_are_not_found() -> None:
    with pytest.raises(NotFound, match="no movie 77"):
        ask(movie_id=77)
    with pytest.raises(NotFound) as caught:
        ask(genre="comdy")
    assert caught.value.near == ("Comedy",)


def test_the_summary_weighs_days_by_their_counts() -> None:
    summary = ask([point("2026-03-06", 5.0, 30), point("2026-03-07", 7.0, 10)]).body["summary"]
    assert summary == {"avg": 5.5, "min": 5.0, "max": 7.0, "trend": "increasing", "change_rate": 2.0}


def test_a_window_of_a_few_hours_still_has_whole_days() -> None:
    built = ask([point("2026-03-09", 7.0)], HEALTHY_HOURS, window="11h")
    assert list(points(built)) == ["2026-03-09", "2026-03-10"]


def test_the_window_all_begins_at_the_oldest_day_held() -> None:
    built = ask([point("2024-01-01", 3.0), point("2026-03-09", 7.0)], HEALTHY_HOURS, window="all")
    assert next(iter(points(built))) == "2024-01-01"
    assert built.freshness.complete


def test_without_batch_points_the_time_before_the_first_day_is_missing() -> None:
    assert missing(ask([], HEALTHY_HOURS, window="all")) == [(None, "03-08 00")]


def test_the_fixed_strategy_reports_the_hours_between_the_layers() -> None:
    covers = at("2026-03-08 00:00")
    hours = every_hour(at("2026-03-08 10:00"), NOW)
    built = ask([point("2026-03-07", 5.0, covers=covers)], hours, policy=Policy(strategy=Strategy.FIXED))
    assert missing(built) == [("03-08 00", "03-08 10")]


def test_a_layer_that_stopped_syncing_does_not_hide_a_batch_point() -> None:
    hours = every_hour(CUTOFF_DAY, NOW, synced_at=at("2026-03-09 12:30"))
    built = ask([point("2026-03-09", 7.0)], hours)
    assert points(built)["2026-03-09"] == (7.0, 10, "batch")
    assert "speed_lagging" in {warning.partition(":")[0] for warning in built.freshness.warnings}


def test_an_unreadable_hour_is_missing_only_in_series_that_include_its_movie() -> None:
    hour = at("2026-03-10 04:00")
    batch = [point("2026-03-09", 7.0, data={"genre": "Drama"})]
    bad = {**rated(hour, movie_id=2), "data": None}
    assert missing(ask(batch, [*HEALTHY_HOURS, bad], genre="drama")) == [("03-10 04", "03-10 05")]
    assert ask(batch, [*HEALTHY_HOURS, {**bad, "movie_id": 3}], genre="drama").freshness.complete


def test_a_movie_whose_details_cannot_be_read_may_be_of_any_genre() -> None:
    batch = [point("2026-03-09", 7.0, data={"genre": "War"})]
    hours = [*HEALTHY_HOURS, rated(at("2026-03-10 04:00"), movie_id=3)]
    lost = (*CATALOGUE, {**details(3, NOW), "data": None})
    assert ask(batch, hours, genre="war").freshness.complete
    built = ask(batch, hours, genre="war", catalogue=lost)
    assert missing(built) == [("03-10 04", "03-10 05")]
    assert "documents_skipped" in {warning.partition(":")[0] for warning in built.freshness.warnings}
    assert ask(catalogue=lost).freshness.warnings == ask().freshness.warnings


def test_an_older_unreadable_duplicate_changes_only_the_warnings() -> None:
    bad = {**rated(at("2026-03-10 04:00")), "data": None}
    batch = [point("2026-03-09", 7.0)]
    for synced_at in (at("2026-03-10 04:01"), at("2026-03-10 05:00")):
        built = ask(batch, [*HEALTHY_HOURS, {**bad, "synced_at": synced_at}])
        assert built.body == ask(batch, HEALTHY_HOURS).body
        assert built.freshness.complete


def test_unreadable_points_never_change_the_readable_ones() -> None:
    bad = [
        point("2026-03-07", float("inf")),
        point("99999-01-01", 5.0),
        {**point("2026-03-07", 5.0), "computed_at": "yesterday"},
        {**point("2026-03-07", 5.0), "data": "x" * 10_000},
    ]
    batch = [point("2026-03-07", 5.0), point("2026-03-09", 7.0)]
    assert ask(batch + bad, HEALTHY_HOURS).body == ask(batch, HEALTHY_HOURS).body


def test_an_unreadable_point_of_another_movie_makes_no_day_missing() -> None:
    bad = point("2026-03-07", float("inf"), movie_id=2)
    assert ask([bad, point("2026-03-06", 5.0), point("2026-03-09", 7.0)], HEALTHY_HOURS).freshness.complete


def test_covered_day_without_a_point_has_no_observation() -> None:
    batch = [point("2026-03-06", 5.0, covers=at("2026-03-07 00:00")), point("2026-03-09", 7.0)]
    built = ask(batch, [h for h in HEALTHY_HOURS if h["hour"] >= at("2026-03-10 00:00")])
    assert list(points(built)) == ["2026-03-06", "2026-03-09", "2026-03-10"]
    assert built.freshness.complete


def test_a_day_whose_only_point_is_unreadable_is_missing() -> None:
    built = ask([point("2026-03-07", float("inf")), point("2026-03-06", 5.0), point("2026-03-09", 7.0)], HEALTHY_HOURS)
    assert missing(built) == [("03-07 00", "03-08 00")]


def test_coverage_ending_inside_a_speed_hour_gives_a_warning() -> None:
    covers = at("2026-03-10 04:20")
    late = [point("2026-03-10", 7.0, covers=covers)]
    without_three = [h for h in HEALTHY_HOURS if h["hour"] != at("2026-03-10 03:00")]
    built = ask(late, without_three)
    assert points(built)["2026-03-10"][2] == "merged"
    assert "coverage_inside_hour" in {warning.partition(":")[0] for warning in built.freshness.warnings}

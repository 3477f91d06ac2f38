"""Sentiment of days that only the batch layer can hold, and of the time after an old total."""

from __future__ import annotations

from datetime import timedelta

from merger.core.windows import HOUR, Granularity
from tests.unit.merger.documents import (
    MOVIE,
    Raw,
    ask,
    assumed_of,
    at,
    bucket,
    codes_of,
    hourly,
    missing_of,
    point,
    points_of,
    reviews_of,
    total,
)
from tests.unit.merger.scenario import LAST_RUN, LAST_RUN_DAYS, NOW, OPEN_HOUR, SYNCED, speed_from

TOTAL = total(100, LAST_RUN)
NONE = total(0, LAST_RUN)
RECENT = speed_from("2026-03-08 00:00")


def ask_for_a_week(*points: Raw) -> list[tuple[str | None, str]]:
    """Missing intervals of a week in which the total counts the reviews of all readable points."""
    days = [*points, *LAST_RUN_DAYS]
    reviews = sum(d["data"]["review_count"] for d in days if d["data"]["review_count"] > 0)
    return missing_of(ask(NOW, [total(reviews, LAST_RUN), *days], RECENT, window="7d"))


def test_a_window_includes_all_of_its_oldest_day() -> None:
    result = ask(NOW, [TOTAL, point("2026-03-02", 5, LAST_RUN), point("2026-03-03", 7, LAST_RUN)], RECENT, window="7d")
    assert points_of(result)["2026-03-03"] == (7, "batch")
    assert "2026-03-02" not in points_of(result)


def test_the_rest_of_an_incomplete_old_day_is_missing() -> None:
    assert ask_for_a_week(point("2026-03-04", 2, at("2026-03-04 02:00"))) == [("03-04 02:00", "03-05 00:00")]
    assert ask_for_a_week(point("2026-03-04", 24, at("2026-03-05 00:00"))) == []


def test_a_point_that_covers_nothing_of_its_day_is_ignored() -> None:
    for day, rest in (("2026-03-04", ("03-04 00:00", "03-05 00:00")), ("2026-03-10", ("03-10 00:00", "03-10 10:00"))):
        for covers in (at(f"{day} 00:00"), at(f"{day} 00:00") - HOUR):
            result = ask(NOW, [NONE, point(day, 9, covers)], window="7d")
            assert day not in points_of(result)
            assert rest in missing_of(result)


def test_old_days_beyond_the_batch_coverage_are_missing() -> None:
    covers = at("2026-03-05 02:00")
    result = ask(NOW, [total(24, covers), point("2026-03-04", 24, covers)], RECENT, window="7d")
    assert missing_of(result) == [("03-05 02:00", "03-08 00:00")]
    assert missing_of(ask(NOW, [total(0, at("2026-03-04 02:00"))], RECENT, window="7d")) == [
        ("03-04 02:00", "03-08 00:00")
    ]
    # From 03-05 on the speed layer could answer; the day before it can't.
    result = ask(NOW, [total(0, at("2026-03-04 02:00"))], speed_from("2026-03-04 00:00"), window="7d")
    assert missing_of(result) == [("03-04 02:00", "03-05 10:00")]


def test_without_any_batch_document_every_old_day_is_missing() -> None:
    assert missing_of(ask(NOW, [], RECENT, window="7d")) == [("03-03 00:00", "03-08 00:00")]


def test_without_a_total_a_day_between_points_is_assumed_to_be_empty() -> None:
    batch = [point("2026-03-03", 24, LAST_RUN), point("2026-03-05", 24, LAST_RUN)]
    result = ask(NOW, batch, RECENT, window="7d")
    assert missing_of(result) == [("03-06 00:00", "03-08 00:00")]
    assert assumed_of(result) == [("03-04 00:00", "03-05 00:00", "absent")]
    later = ask(NOW, batch[1:], RECENT, window="7d")
    assert missing_of(later) == [("03-03 00:00", "03-05 00:00"), ("03-06 00:00", "03-08 00:00")]


def test_only_an_unreadable_old_day_is_missing() -> None:
    assert ask_for_a_week(point("2026-03-03", -1, LAST_RUN)) == [("03-03 00:00", "03-04 00:00")]
    assert ask_for_a_week(point("2026-03-02", -1, LAST_RUN)) == []
    readable = point("2026-03-04", 5, LAST_RUN)
    assert ask_for_a_week(readable, point("2026-03-04", -1, LAST_RUN)) == []


def test_an_unreadable_day_is_missing_except_for_its_speed_hours() -> None:
    batch = [NONE, point("2026-03-05", -1, LAST_RUN)]
    result = ask(NOW, batch, speed_from("2026-03-05 00:00"), window="7d")
    assert missing_of(result) == [("03-05 00:00", "03-05 10:00")]


def test_unreadable_points_of_other_movies_and_views_leave_no_gap() -> None:
    other = point("2026-03-04", -1, LAST_RUN, movie_id=MOVIE + 1)
    trends = {**other, "movie_id": MOVIE, "view_type": "temporal_analytics"}
    assert ask_for_a_week(other, trends) == []


def test_an_unreadable_bucket_of_another_type_leaves_no_gap() -> None:
    broken = {**bucket(OPEN_HOUR - HOUR, 1, **SYNCED), "data_type": "stats"}
    other = {**bucket(OPEN_HOUR - HOUR, -1, **SYNCED), "movie_id": MOVIE + 1}
    without_own = [b for b in RECENT if b["hour"] != OPEN_HOUR - HOUR] + [
        bucket(OPEN_HOUR - HOUR, 4, movie_id=MOVIE + 2)
    ]
    assert missing_of(ask(NOW, [TOTAL], [*without_own, broken, other])) == []


def test_an_unreadable_bucket_leaves_a_gap_even_if_other_movies_have_the_hour() -> None:
    hour = at("2026-03-10 05:00")
    others = [bucket(hour, 4, movie_id=MOVIE + 1, **SYNCED)]
    broken = {**bucket(hour, 1), "data": None}
    nameless = {**bucket(hour, 1), "data_type": None}
    for lost in (broken, nameless):
        without_own = [b for b in RECENT if b["hour"] != hour]
        result = ask(NOW, [TOTAL], [*without_own, *others, lost])
        assert missing_of(result) == [("03-10 05:00", "03-10 06:00")]


def test_an_hour_with_an_unreadable_newest_bucket_counts_and_is_missing() -> None:
    hour = at("2026-03-10 05:00")
    newer = {**bucket(hour, -1), "synced_at": NOW}
    older = [{**b, "synced_at": hour + HOUR} if b["hour"] == hour else b for b in RECENT]
    result = ask(NOW, [TOTAL], [*older, newer])
    assert reviews_of(result) == 109
    assert missing_of(result) == [("03-10 05:00", "03-10 06:00")]
    as_new = ask(NOW, [TOTAL], [*RECENT, newer])
    assert missing_of(as_new) == []


def test_after_a_total_speed_hours_are_preferred_even_before_the_cutoff() -> None:
    old = at("2026-03-07 00:00")
    speed = speed_from("2026-03-06 00:00")
    result = ask(NOW, [total(100, old), point("2026-03-07", 500, LAST_RUN)], speed)
    assert reviews_of(result) == 100 + 83
    assert points_of(result)["2026-03-07"] == (500, "batch")


def test_a_gap_after_an_old_total_is_missing_though_the_timeline_has_none() -> None:
    # The points are new, the total is not: half of 03-08 can't be had from a whole day.
    old = at("2026-03-08 12:00")
    result = ask(NOW, [total(100, old), *LAST_RUN_DAYS], speed_from("2026-03-09 00:00"))
    assert reviews_of(result) == 100 + 35
    assert missing_of(result) == [("03-08 12:00", "03-09 00:00")]
    assert missing_of(ask(NOW, [total(100, old), *LAST_RUN_DAYS], speed_from("2026-03-09 00:00"), window="3d")) == []


def test_hours_without_a_point_had_no_reviews_where_the_total_covers_them() -> None:
    result = ask(NOW, [NONE], RECENT, window="70h", granularity=Granularity.HOUR)
    assert result.freshness.complete
    covers = at("2026-03-07 20:00")
    short = ask(NOW, [total(0, covers)], RECENT, window="70h", granularity=Granularity.HOUR)
    assert missing_of(short) == [("03-07 20:00", "03-08 00:00")]


def test_whole_days_are_advised_only_where_they_help() -> None:
    covers = at("2026-03-07 12:00")
    ends_before = [total(100, covers), point("2026-03-07", 12, covers)]
    result = ask(NOW, ends_before, RECENT, window="70h", granularity=Granularity.HOUR)
    assert missing_of(result) == [("03-07 12:00", "03-08 00:00")]
    assert "days_only" not in codes_of(result)


def test_the_past_is_missing_up_to_the_first_held_hour() -> None:
    others = hourly(at("2026-03-08 05:00"), OPEN_HOUR, movie_id=MOVIE + 1, **SYNCED)
    result = ask(NOW, [], [*others, bucket(OPEN_HOUR, 2, **SYNCED)])
    assert missing_of(result) == [(None, "03-08 05:00")]


def test_a_bucket_of_an_incomplete_hour_begins_the_timeline() -> None:
    stopped = at("2026-03-08 05:15")
    result = ask(NOW, [], [bucket(at("2026-03-08 05:00"), 2, synced_at=stopped)])
    assert points_of(result) == {"2026-03-08": (2, "speed")}
    assert missing_of(result) == [(None, "03-10 10:00")]


def test_buckets_of_other_hours_and_movies_stay_out_of_a_window() -> None:
    data = bucket(OPEN_HOUR, 1)["data"] | {"sentiment_velocity": 0.1}
    before = bucket(at("2026-03-09 00:00"), 1, data=data, **SYNCED)
    other = bucket(OPEN_HOUR, 50, movie_id=MOVIE + 1, data=data, **SYNCED)
    result = ask(NOW, [TOTAL], [before, other], window="6h", granularity=Granularity.HOUR)
    assert reviews_of(result) == 0
    assert result.body["sentiment"]["velocity"] is None


def test_a_day_from_both_layers_is_merged() -> None:
    result = ask(NOW, [TOTAL, point("2026-03-10", 2, LAST_RUN)], speed_from("2026-03-10 02:00"), window="1d")
    assert points_of(result)["2026-03-10"] == (11, "merged")
    assert result.body["data_sources"] == {"batch": 1, "speed": 9}


def test_a_trend_is_weighted_and_uses_the_middle_of_buckets() -> None:
    days = [
        point("2026-03-01", 10, LAST_RUN, 0.1),
        point("2026-03-02", 10, LAST_RUN, 0.3),
        point("2026-03-03", 10, LAST_RUN, 0.5),
    ]
    trend = ask(NOW, [TOTAL, *days], RECENT[:0]).body["trend"]
    assert trend["direction"] == "increasing"
    assert abs(trend["change_rate"] - 0.2) < 1e-9
    heavy = [*days, point("2026-03-04", 10**6, LAST_RUN, 0.5)]
    # All but a millionth of the weight is on the last day: a line through it, fitted to the other three.
    assert abs(ask(NOW, [TOTAL, *heavy]).body["trend"]["change_rate"] - 1.6 / 14) < 1e-3
    # By the hour, 12:00 of a day's point and 00:30 of an hour lie half a day apart.
    mixed = [point("2026-03-08", 10, LAST_RUN, 0.0)]
    hour = bucket(at("2026-03-09 00:00"), 10, 0.5, **SYNCED)
    rate = ask(NOW, [TOTAL, *mixed], [hour], granularity=Granularity.HOUR).body["trend"]["change_rate"]
    assert abs(rate - 0.5 / (12.5 / 24)) < 1e-9


def test_version_and_coverage_alone_make_no_run_newer() -> None:
    older = total(5, LAST_RUN, computed_at=LAST_RUN + HOUR, version=9)
    newer = total(6, LAST_RUN - HOUR, computed_at=LAST_RUN + 2 * HOUR, version=1)
    assert reviews_of(ask(NOW, [older, newer], [bucket(LAST_RUN, 0, **SYNCED)])) == 6


def test_of_equally_new_runs_the_version_decides_before_the_coverage() -> None:
    written = LAST_RUN + HOUR
    farther = total(5, LAST_RUN, version=1, computed_at=written)
    higher = total(6, LAST_RUN - timedelta(hours=1), version=2, computed_at=written)
    assert reviews_of(ask(NOW, [farther, higher], [bucket(LAST_RUN, 0, **SYNCED)])) == 6

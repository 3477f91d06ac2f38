"""Sentiment where the layers meet, case by case; the cutoff is 03-08 10:00."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.core.boundary import Layers, SpeedLayer
from merger.core.windows import HOUR, Granularity, parse_span
from movies.sentiment import movie_sentiment
from tests.unit.merger.documents import (
    MOVIE,
    ask,
    at,
    bucket,
    codes_of,
    hourly,
    missing_of,
    point,
    points_of,
    reviews_of,
    total,
    view_inputs,
)
from tests.unit.merger.scenario import CUTOFF, FIXED, LAST_RUN, LAST_RUN_DAYS, NOW, OPEN_HOUR, SYNCED, speed_from


def test_a_window_after_the_cutoff_comes_from_the_speed_layer() -> None:
    result = ask(NOW, LAST_RUN_DAYS, speed_from("2026-03-08 10:00"), window="24h", granularity=Granularity.HOUR)
    assert reviews_of(result) == 25
    assert {source for _, source in points_of(result).values()} == {"speed"}
    assert result.body["data_source"] == "speed"
    assert result.freshness.complete


def test_days_before_the_cutoff_come_from_the_batch_layer() -> None:
    old = [point("2026-03-04", 10, LAST_RUN), point("2026-03-05", 20, LAST_RUN), total(90, LAST_RUN)]
    result = ask(NOW, old, window="7d")
    assert {day: points_of(result)[day] for day in ("2026-03-04", "2026-03-05")} == {
        "2026-03-04": (10, "batch"),
        "2026-03-05": (20, "batch"),
    }


def test_a_window_across_the_cutoff_takes_each_hour_from_one_layer() -> None:
    result = ask(NOW, LAST_RUN_DAYS, speed_from("2026-03-08 10:00"), window="3d")
    assert points_of(result) == {
        "2026-03-07": (24, "batch"),
        "2026-03-08": (24, "batch"),
        "2026-03-09": (24, "speed"),
        "2026-03-10": (11, "speed"),
    }
    assert reviews_of(result) == 83
    assert result.body["data_source"] == "merged"
    assert result.freshness.complete


def test_a_day_that_begins_at_the_cutoff_comes_from_the_speed_layer() -> None:
    now = at("2026-03-10 00:00")
    result = ask(
        now, [point("2026-03-08", 500, at("2026-03-09 02:00"))], hourly(at("2026-03-08 00:00"), now), window="2d"
    )
    assert points_of(result)["2026-03-08"] == (24, "speed")


def test_a_day_that_begins_before_the_cutoff_comes_from_the_batch_layer() -> None:
    now = at("2026-03-10 01:00")
    result = ask(
        now, [point("2026-03-08", 500, at("2026-03-09 02:00"))], hourly(at("2026-03-08 00:00"), now), window="2d"
    )
    assert points_of(result)["2026-03-08"] == (500, "batch")


def test_fixed_strategy_includes_the_hour_at_the_cutoff() -> None:
    speed = [bucket(CUTOFF, 3, **SYNCED), bucket(CUTOFF - HOUR, 5, **SYNCED)]
    result = ask(NOW, [], speed, window="48h", granularity=Granularity.HOUR, policy=FIXED)
    assert points_of(result) == {"2026-03-08T10:00:00Z": (3, "speed")}


def test_a_batch_ending_at_a_speed_hour_leaves_no_overlap_and_no_gap() -> None:
    result = ask(NOW, [total(100, LAST_RUN)], [bucket(LAST_RUN - HOUR, 5, **SYNCED), bucket(LAST_RUN, 7, **SYNCED)])
    assert reviews_of(result) == 107


def test_an_answer_uses_one_now_for_everything() -> None:
    # Read at 10:59:59, result at 11:00:01: the boundary is that of the reading, whatever the documents say.
    now = at("2026-03-10 10:59:59")
    late = [*speed_from("2026-03-08 00:00"), bucket(at("2026-03-10 11:00"), 1, synced_at=at("2026-03-10 11:00"))]
    result = ask(now, LAST_RUN_DAYS, late, window="2h", granularity=Granularity.HOUR)
    assert points_of(result) == {f"2026-03-10T{hour:02}:00:00Z": (1, "speed") for hour in (8, 9, 10)}
    assert result.freshness.cutoff == CUTOFF


def test_a_batch_that_is_an_hour_late_leaves_no_gap() -> None:
    # The run that covers the time before 03-10 02:00 is due at 03:00.
    now, covers = at("2026-03-10 04:00"), at("2026-03-09 02:00")
    batch = [total(100, covers), point("2026-03-08", 24, covers), point("2026-03-09", 2, covers)]
    result = ask(now, batch, hourly(at("2026-03-08 04:00"), now))
    assert reviews_of(result) == 100 + 26
    assert points_of(result) == {
        "2026-03-08": (24, "batch"),
        "2026-03-09": (24, "speed"),
        "2026-03-10": (4, "speed"),
    }
    assert result.freshness.complete


@pytest.mark.parametrize("covers", ["2026-03-08 02:00", "2026-03-07 02:00"], ids=["a run", "two runs"])
def test_speed_hours_before_the_cutoff_complete_a_late_batch(covers: str) -> None:
    batch = [total(100, at(covers)), point(covers[:10], 2, at(covers))]
    result = ask(NOW, batch, speed_from("2026-03-05 11:00"))
    since = int((OPEN_HOUR + HOUR - at(covers)) / HOUR)
    assert reviews_of(result) == 100 + since
    assert points_of(result)[covers[:10]] == (24, "merged")
    assert result.freshness.complete


def test_hours_after_a_late_batch_are_missing_where_speed_expired() -> None:
    covers = at("2026-03-08 02:00")
    batch = [total(100, covers), point("2026-03-08", 2, covers)]
    result = ask(NOW, batch, speed_from("2026-03-08 11:00"))
    assert reviews_of(result) == 100 + 48
    assert missing_of(result) == [("03-08 02:00", "03-08 11:00")]
    assert not result.freshness.complete


def test_an_early_batch_is_used_up_to_its_coverage() -> None:
    covers = at("2026-03-10 10:00")
    batch = [total(200, covers, computed_at=covers), point("2026-03-10", 10, covers, computed_at=covers)]
    result = ask(NOW, batch, speed_from("2026-03-08 10:00"))
    assert reviews_of(result) == 201
    assert result.freshness.complete


def test_a_batch_with_a_fast_clock_covers_only_the_past() -> None:
    now, ahead = at("2026-03-10 10:58"), at("2026-03-10 11:02")
    batch = [total(200, ahead, computed_at=ahead)]
    assert reviews_of(ask(now, batch, hourly(at("2026-03-08 10:00"), OPEN_HOUR + HOUR, synced_at=now))) == 201


@pytest.mark.parametrize("ahead", ["2026-03-10 10:35:01", "2027-03-10 00:00"])
def test_documents_from_the_future_are_left_out_with_a_warning(ahead: str) -> None:
    stamp = at(ahead)
    batch = [
        total(100, LAST_RUN),
        total(900, stamp, computed_at=stamp),
        point("2026-03-07", 24, stamp, computed_at=stamp),
    ]
    speed = [*speed_from("2026-03-08 00:00"), bucket(at("2026-03-10 05:00"), 50, synced_at=stamp)]
    layers = Layers(NOW, {"sentiment": SpeedLayer(frozenset(b["hour"] for b in speed), NOW)})
    result = ask(NOW, batch, speed, layers=layers)
    assert reviews_of(result) == 109
    assert "clock_ahead" in codes_of(result)
    holes = [("03-07 00:00", "03-08 00:00"), ("03-10 05:00", "03-10 06:00")]
    assert missing_of(ask(NOW, batch, speed, layers=layers, window="3d")) == holes


def test_a_replaced_point_takes_over_from_the_speed_hours() -> None:
    speed = speed_from("2026-03-08 10:00")
    before = ask(NOW, [point("2026-03-08", 2, at("2026-03-08 02:00"))], speed, window="2d")
    after = ask(NOW, [point("2026-03-08", 240, LAST_RUN)], speed, window="2d")
    assert points_of(before)["2026-03-08"] == (16, "merged")
    assert points_of(after)["2026-03-08"] == (240, "batch")


def test_an_old_total_with_new_points_counts_nothing_twice() -> None:
    old = at("2026-03-09 02:00")
    result = ask(NOW, [total(100, old), *LAST_RUN_DAYS], speed_from("2026-03-08 10:00"))
    assert reviews_of(result) == 100 + 33
    assert points_of(result)["2026-03-09"] == (24, "speed")


def test_a_new_total_with_old_points_is_completed_by_speed_hours() -> None:
    old = at("2026-03-09 02:00")
    batch = [total(126, LAST_RUN), point("2026-03-08", 24, old), point("2026-03-09", 2, old)]
    result = ask(NOW, batch, speed_from("2026-03-09 10:00"))
    assert reviews_of(result) == 126 + 9
    assert points_of(result)["2026-03-09"] == (16, "merged")
    assert missing_of(result) == [("03-09 02:00", "03-09 10:00")]


def test_of_several_totals_the_newest_run_counts() -> None:
    batch = [total(100, at("2026-03-09 02:00")), total(124, LAST_RUN), total(76, at("2026-03-08 02:00"))]
    assert reviews_of(ask(NOW, batch, speed_from("2026-03-08 10:00"))) == 124 + 9


def test_of_two_equally_new_totals_the_higher_version_counts() -> None:
    batch = [total(5, LAST_RUN, version=3), total(6, LAST_RUN, version=11), total(7, LAST_RUN, version=2)]
    assert reviews_of(ask(NOW, batch, [bucket(LAST_RUN, 0, **SYNCED)])) == 6


def test_a_total_is_a_mean_weighted_by_reviews() -> None:
    result = ask(NOW, [total(300, LAST_RUN, 0.4)], [bucket(OPEN_HOUR, 100, -0.8, **SYNCED)])
    assert result.body["sentiment"]["overall_score"] == pytest.approx(0.1)
    assert result.body["sentiment"]["label"] == "positive"


def test_batch_days_replace_lost_speed_hours_after_an_old_total() -> None:
    old = at("2026-03-08 00:00")
    speed = [b for b in speed_from("2026-03-08 00:00") if b["hour"] != at("2026-03-09 05:00")]
    result = ask(NOW, [total(100, old), *LAST_RUN_DAYS[1:]], speed)
    assert reviews_of(result) == 100 + 24 + 24 + 11
    assert result.freshness.complete


def test_a_movie_in_neither_layer_is_unknown() -> None:
    asked = view_inputs(NOW, [total(100, LAST_RUN, movie_id=MOVIE + 1)], [bucket(OPEN_HOUR, 1, movie_id=MOVIE + 2)])
    assert movie_sentiment(MOVIE, parse_span("all"), Granularity.DAY, asked) is None


def test_a_covered_day_without_a_point_had_no_reviews() -> None:
    point_of_today, recent = point("2026-03-10", 2, LAST_RUN), speed_from("2026-03-10 00:00")
    result = ask(NOW, [total(2, LAST_RUN), point_of_today], recent, window="4d")
    assert points_of(result) == {"2026-03-10": (11, "speed")}
    assert result.freshness.proven


@pytest.mark.parametrize("granularity", Granularity)
@pytest.mark.parametrize("window", ["4d", "7d", "96h"])
def test_a_day_that_only_the_total_covers_is_missing(window: str, granularity: Granularity) -> None:
    batch, recent = [total(100, LAST_RUN), point("2026-03-08", 2, LAST_RUN)], speed_from("2026-03-10 00:00")
    result = ask(NOW, batch, recent, window=window, granularity=granularity)
    assert missing_of(result)[-1] == ("03-09 00:00", "03-10 00:00")
    assert ask(NOW, batch, recent, granularity=granularity).freshness.complete


def test_fixed_strategy_reports_its_gap() -> None:
    batch = [
        *[
            {**d, "computed_at": at("2026-03-08 03:00")}
            for d in (total(100, at("2026-03-08 02:00")), point("2026-03-08", 2, at("2026-03-08 02:00")))
        ],
        total(130, at("2026-03-09 02:00")),
    ]
    result = ask(NOW, batch, speed_from("2026-03-05 11:00"), policy=FIXED)
    assert reviews_of(result) == 100 + 49
    assert missing_of(result) == [("03-08 02:00", "03-08 10:00")]
    assert ask(NOW, batch, speed_from("2026-03-05 11:00")).freshness.complete


def test_fixed_strategy_ignores_a_batch_computed_at_the_cutoff() -> None:
    batch = [
        total(100, CUTOFF - HOUR, computed_at=CUTOFF),
        total(50, CUTOFF - 2 * HOUR, computed_at=CUTOFF - timedelta(seconds=1)),
    ]
    assert reviews_of(ask(NOW, batch, speed_from("2026-03-08 10:00"), policy=FIXED)) == 50 + 49

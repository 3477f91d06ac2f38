"""Sentiment of lost, late, expired, open, empty or unfinished speed hours."""

from __future__ import annotations

from datetime import timedelta

from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.windows import HOUR, Granularity, parse_span
from merger.views.reading import ViewInputs
from movies.sentiment import movie_sentiment
from tests.unit.merger.documents import (
    MOVIE,
    ask,
    at,
    bucket,
    codes_of,
    missing_of,
    point,
    points_of,
    reviews_of,
    total,
)
from tests.unit.merger.scenario import LAST_RUN, LAST_RUN_DAYS, NOW, OPEN_HOUR, SYNCED, speed_from


def test_without_a_batch_layer_speed_hours_are_used_and_the_past_is_missing() -> None:
    result = ask(NOW, [], speed_from("2026-03-08 10:00"))
    assert reviews_of(result) == 49
    assert result.body["data_source"] == "speed"
    assert missing_of(result) == [(None, "03-08 10:00")]
    assert "batch_empty" in codes_of(result)
    assert result.freshness.as_dict()["missing"] == [{"start": None, "end": "2026-03-08T10:00:00Z"}]


def test_without_a_speed_layer_the_batch_is_used_up_to_its_coverage() -> None:
    result = ask(NOW, [total(100, LAST_RUN), *LAST_RUN_DAYS])
    assert reviews_of(result) == 100
    assert result.body["data_source"] == "batch"
    assert missing_of(result) == [("03-10 02:00", "03-10 10:00")]
    assert "speed_empty" in codes_of(result)


def test_a_lost_speed_hour_is_reported_missing() -> None:
    hole = at("2026-03-10 05:00")
    speed = [b for b in speed_from("2026-03-08 10:00") if b["hour"] != hole]
    result = ask(NOW, [total(100, LAST_RUN), *LAST_RUN_DAYS], speed)
    assert reviews_of(result) == 108
    assert points_of(result)["2026-03-10"] == (10, "merged")
    assert missing_of(result) == [("03-10 05:00", "03-10 06:00")]


def test_a_batch_that_covers_the_day_replaces_a_lost_speed_hour() -> None:
    hole = at("2026-03-09 05:00")
    speed = [b for b in speed_from("2026-03-08 10:00") if b["hour"] != hole]
    result = ask(NOW, LAST_RUN_DAYS, speed, window="2d")
    assert points_of(result)["2026-03-09"] == (24, "batch")
    assert result.freshness.complete


def test_an_expired_bucket_is_not_used_even_if_not_deleted() -> None:
    oldest = at("2026-03-05 10:00")
    expired = bucket(oldest - HOUR, 1000, **SYNCED)
    result = ask(NOW, [], [expired, bucket(oldest, 1, **SYNCED), bucket(OPEN_HOUR, 1, **SYNCED)], window="7d")
    assert reviews_of(result) == 2
    assert ("03-03 00:00", "03-05 10:00") in missing_of(result)


def test_a_bucket_from_the_future_is_not_used() -> None:
    later = bucket(OPEN_HOUR + HOUR, 1000, **SYNCED)
    result = ask(NOW, [total(100, LAST_RUN)], [*speed_from("2026-03-10 00:00"), later])
    assert reviews_of(result) == 109
    assert points_of(ask(NOW, LAST_RUN_DAYS, [*speed_from("2026-03-08 00:00"), later], window="1d"))["2026-03-10"] == (
        11,
        "speed",
    )


def test_an_hour_in_both_layers_is_taken_from_one() -> None:
    batch = [point("2026-03-09", 48, LAST_RUN, 1.0)]
    result = ask(NOW, batch, speed_from("2026-03-08 00:00", average=-1.0), window="1d")
    assert points_of(result)["2026-03-09"] == (24, "speed")
    assert result.body["sentiment"]["overall_score"] == -1.0


def test_of_two_buckets_of_an_hour_the_newest_sync_counts() -> None:
    again = [
        bucket(LAST_RUN, reviews, synced_at=NOW - timedelta(minutes=age)) for reviews, age in ((9, 5), (4, 2), (6, 30))
    ]
    assert reviews_of(ask(NOW, [total(100, LAST_RUN)], again)) == 104


def test_hour_with_zero_reviews_counts_as_held_and_absent_one_does_not() -> None:
    speed = [*speed_from("2026-03-08 10:00")]
    zero = [
        {**b, "data": {**b["data"], "review_count": 0, "positive_count": 0}}
        if b["hour"] == at("2026-03-10 05:00")
        else b
        for b in speed
    ]
    result = ask(NOW, [total(100, LAST_RUN)], zero, window="12h", granularity=Granularity.HOUR)
    assert points_of(result)["2026-03-10T05:00:00Z"] == (0, "speed")
    assert result.freshness.complete


def test_a_bucket_without_reviews_has_no_average() -> None:
    result = ask(NOW, [total(0, LAST_RUN, 0.0)], [bucket(OPEN_HOUR, 0, 0.0, **SYNCED)])
    assert result.body["sentiment"]["overall_score"] is None
    assert [entry["avg_sentiment"] for entry in result.body["breakdown"]] == [None]
    assert result.body["trend"] == {"direction": "stable", "change_rate": None}


def test_an_hour_with_only_other_movies_buckets_has_no_reviews() -> None:
    others = [bucket(b["hour"], 5, movie_id=MOVIE + 1, **SYNCED) for b in speed_from("2026-03-10 02:00")]
    result = ask(NOW, [total(100, LAST_RUN)], others)
    assert reviews_of(result) == 100
    assert result.freshness.complete


def test_the_open_hour_is_never_missing() -> None:
    speed = speed_from("2026-03-08 10:00")[:-1]
    result = ask(NOW, [total(100, LAST_RUN)], speed)
    assert result.freshness.complete
    assert reviews_of(ask(at("2026-03-10 02:59"), [total(100, LAST_RUN)])) == 100
    assert ask(at("2026-03-10 02:59"), [total(100, LAST_RUN)]).freshness.complete
    assert missing_of(ask(at("2026-03-10 03:00"), [total(100, LAST_RUN)])) == [("03-10 02:00", "03-10 03:00")]


def test_the_open_hour_counts_after_a_total_of_the_same_day() -> None:
    assert reviews_of(ask(NOW, [total(100, OPEN_HOUR - HOUR)], [bucket(OPEN_HOUR, 3, **SYNCED)])) == 103
    assert reviews_of(ask(NOW, [total(100, OPEN_HOUR, computed_at=OPEN_HOUR)], [bucket(OPEN_HOUR, 3, **SYNCED)])) == 103


def test_an_incomplete_hour_does_not_replace_a_covering_batch_point() -> None:
    stopped = at("2026-03-09 20:15")
    speed = [b for b in speed_from("2026-03-08 00:00", synced_at=stopped) if b["hour"] <= stopped]
    result = ask(NOW, LAST_RUN_DAYS, speed, window="1d")
    assert points_of(result)["2026-03-09"] == (24, "batch")
    assert missing_of(result) == [("03-10 02:00", "03-10 10:00")]
    assert "speed_lagging" in codes_of(result)


def test_an_hour_seen_in_part_counts_and_is_reported_missing() -> None:
    stopped = at("2026-03-10 05:15")
    speed = [b for b in speed_from("2026-03-08 00:00", synced_at=stopped) if b["hour"] <= stopped]
    result = ask(NOW, [total(100, LAST_RUN)], speed)
    assert reviews_of(result) == 104
    assert missing_of(result) == [("03-10 05:00", "03-10 10:00")]


def test_a_sync_at_the_end_of_an_hour_completes_it() -> None:
    stopped = at("2026-03-10 06:00")
    speed = [b for b in speed_from("2026-03-08 00:00", synced_at=stopped) if b["hour"] < stopped]
    assert missing_of(ask(NOW, [total(100, LAST_RUN)], speed)) == [("03-10 06:00", "03-10 10:00")]


def test_a_closed_hour_is_incomplete_if_the_layer_stopped_within_it() -> None:
    now = at("2026-03-10 11:05")
    result = ask(now, [total(100, LAST_RUN)], speed_from("2026-03-08 10:00", synced_at=at("2026-03-10 10:01")))
    assert missing_of(result) == [("03-10 10:00", "03-10 11:00")]


def test_a_just_closed_hour_may_wait_for_its_sync_within_the_lag_limit() -> None:
    now = at("2026-03-10 11:05")
    result = ask(now, [total(100, LAST_RUN)], speed_from("2026-03-08 10:00", synced_at=at("2026-03-10 10:55")))
    assert result.freshness.complete
    assert "speed_lagging" not in codes_of(result)


def test_a_lag_of_exactly_the_limit_is_no_lag() -> None:
    for seconds, lags in ((600, False), (601, True)):
        speed = speed_from("2026-03-08 10:00", synced_at=NOW - timedelta(seconds=seconds))
        assert ("speed_lagging" in codes_of(ask(NOW, [total(100, LAST_RUN)], speed))) is lags


def test_own_buckets_newer_than_the_layers_state_count_as_held() -> None:
    speed = speed_from("2026-03-10 02:00")
    asked = ViewInputs(
        Boundary(NOW),
        Layers(NOW, {"sentiment": SpeedLayer(frozenset(), NOW)}),
        Contract().read([total(100, LAST_RUN)], speed),
    )
    result = movie_sentiment(MOVIE, parse_span("all"), Granularity.DAY, asked)
    assert result is not None
    assert result.freshness.complete

"""What a speed bucket is good for: lost, late, expired, open, empty or unfinished hours (M1, M3, M8, M10, F3)."""

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


def test_with_the_batch_layer_empty_the_speed_hours_answer_and_the_past_is_missing() -> None:
    built = ask(NOW, [], speed_from("2026-03-08 10:00"))
    assert reviews_of(built) == 49
    assert built.body["data_source"] == "speed"
    assert missing_of(built) == [(None, "03-08 10:00")]
    assert "batch_empty" in codes_of(built)
    assert built.freshness.as_dict()["missing"] == [{"start": None, "end": "2026-03-08T10:00:00Z"}]


def test_with_the_speed_layer_empty_the_batch_answers_up_to_its_coverage() -> None:
    built = ask(NOW, [total(100, LAST_RUN), *LAST_RUN_DAYS])
    assert reviews_of(built) == 100
    assert built.body["data_source"] == "batch"
    assert missing_of(built) == [("03-10 02:00", "03-10 10:00")]
    assert "speed_empty" in codes_of(built)


def test_a_speed_hour_missing_in_the_middle_is_named() -> None:
    hole = at("2026-03-10 05:00")
    speed = [b for b in speed_from("2026-03-08 10:00") if b["hour"] != hole]
    built = ask(NOW, [total(100, LAST_RUN), *LAST_RUN_DAYS], speed)
    assert reviews_of(built) == 108
    assert points_of(built)["2026-03-10"] == (10, "merged")
    assert missing_of(built) == [("03-10 05:00", "03-10 06:00")]


def test_a_speed_hour_missing_in_the_middle_is_filled_by_a_batch_that_covers_its_day() -> None:
    hole = at("2026-03-09 05:00")
    speed = [b for b in speed_from("2026-03-08 10:00") if b["hour"] != hole]
    built = ask(NOW, LAST_RUN_DAYS, speed, window="2d")
    assert points_of(built)["2026-03-09"] == (24, "batch")
    assert built.freshness.complete


def test_an_expired_bucket_is_not_used_although_it_was_not_deleted_yet() -> None:
    oldest = at("2026-03-05 10:00")
    expired = bucket(oldest - HOUR, 1000, **SYNCED)
    built = ask(NOW, [], [expired, bucket(oldest, 1, **SYNCED), bucket(OPEN_HOUR, 1, **SYNCED)], window="7d")
    assert reviews_of(built) == 2
    assert ("03-03 00:00", "03-05 10:00") in missing_of(built)


def test_a_bucket_from_the_future_is_not_used() -> None:
    later = bucket(OPEN_HOUR + HOUR, 1000, **SYNCED)
    built = ask(NOW, [total(100, LAST_RUN)], [*speed_from("2026-03-10 00:00"), later])
    assert reviews_of(built) == 109
    assert points_of(ask(NOW, LAST_RUN_DAYS, [*speed_from("2026-03-08 00:00"), later], window="1d"))["2026-03-10"] == (
        11,
        "speed",
    )


def test_the_same_hour_in_both_layers_with_other_counts_is_never_averaged() -> None:
    batch = [point("2026-03-09", 48, LAST_RUN, 1.0)]
    built = ask(NOW, batch, speed_from("2026-03-08 00:00", average=-1.0), window="1d")
    assert points_of(built)["2026-03-09"] == (24, "speed")
    assert built.body["sentiment"]["overall_score"] == -1.0


def test_of_the_same_hour_twice_in_the_speed_layer_the_newest_sync_counts() -> None:
    again = [
        bucket(LAST_RUN, reviews, synced_at=NOW - timedelta(minutes=age)) for reviews, age in ((9, 5), (4, 2), (6, 30))
    ]
    assert reviews_of(ask(NOW, [total(100, LAST_RUN)], again)) == 104


def test_an_hour_that_is_zero_is_held_and_an_absent_one_is_not() -> None:
    speed = [*speed_from("2026-03-08 10:00")]
    zero = [
        {**b, "data": {**b["data"], "review_count": 0, "positive_count": 0}}
        if b["hour"] == at("2026-03-10 05:00")
        else b
        for b in speed
    ]
    built = ask(NOW, [total(100, LAST_RUN)], zero, window="12h", granularity=Granularity.HOUR)
    assert points_of(built)["2026-03-10T05:00:00Z"] == (0, "speed")
    assert built.freshness.complete


def test_a_bucket_without_reviews_has_no_average_rather_than_zero() -> None:
    built = ask(NOW, [total(0, LAST_RUN, 0.0)], [bucket(OPEN_HOUR, 0, 0.0, **SYNCED)])
    assert built.body["sentiment"]["overall_score"] is None
    assert [entry["avg_sentiment"] for entry in built.body["breakdown"]] == [None]
    assert built.body["trend"] == {"direction": "stable", "change_rate": None}


def test_an_hour_in_which_only_other_movies_have_a_bucket_holds_no_review() -> None:
    others = [bucket(b["hour"], 5, movie_id=MOVIE + 1, **SYNCED) for b in speed_from("2026-03-10 02:00")]
    built = ask(NOW, [total(100, LAST_RUN)], others)
    assert reviews_of(built) == 100
    assert built.freshness.complete


def test_the_open_hour_is_never_missing() -> None:
    speed = speed_from("2026-03-08 10:00")[:-1]
    built = ask(NOW, [total(100, LAST_RUN)], speed)
    assert built.freshness.complete
    assert reviews_of(ask(at("2026-03-10 02:59"), [total(100, LAST_RUN)])) == 100
    assert ask(at("2026-03-10 02:59"), [total(100, LAST_RUN)]).freshness.complete
    assert missing_of(ask(at("2026-03-10 03:00"), [total(100, LAST_RUN)])) == [("03-10 02:00", "03-10 03:00")]


def test_the_open_hour_counts_into_a_total_that_ends_the_same_day() -> None:
    assert reviews_of(ask(NOW, [total(100, OPEN_HOUR - HOUR)], [bucket(OPEN_HOUR, 3, **SYNCED)])) == 103
    assert reviews_of(ask(NOW, [total(100, OPEN_HOUR, computed_at=OPEN_HOUR)], [bucket(OPEN_HOUR, 3, **SYNCED)])) == 103


def test_a_known_incomplete_hour_does_not_hide_a_batch_point_that_covers_it() -> None:
    stopped = at("2026-03-09 20:15")
    speed = [b for b in speed_from("2026-03-08 00:00", synced_at=stopped) if b["hour"] <= stopped]
    built = ask(NOW, LAST_RUN_DAYS, speed, window="1d")
    assert points_of(built)["2026-03-09"] == (24, "batch")
    assert missing_of(built) == [("03-10 02:00", "03-10 10:00")]
    assert "speed_lagging" in codes_of(built)


def test_an_hour_that_a_lagging_layer_saw_in_part_counts_and_is_reported() -> None:
    stopped = at("2026-03-10 05:15")
    speed = [b for b in speed_from("2026-03-08 00:00", synced_at=stopped) if b["hour"] <= stopped]
    built = ask(NOW, [total(100, LAST_RUN)], speed)
    assert reviews_of(built) == 104
    assert missing_of(built) == [("03-10 05:00", "03-10 10:00")]


def test_a_layer_synced_exactly_at_the_end_of_an_hour_has_seen_it_whole() -> None:
    stopped = at("2026-03-10 06:00")
    speed = [b for b in speed_from("2026-03-08 00:00", synced_at=stopped) if b["hour"] < stopped]
    assert missing_of(ask(NOW, [total(100, LAST_RUN)], speed)) == [("03-10 06:00", "03-10 10:00")]


def test_an_hour_that_just_closed_is_incomplete_when_the_layer_stopped_within_it() -> None:
    now = at("2026-03-10 11:05")
    built = ask(now, [total(100, LAST_RUN)], speed_from("2026-03-08 10:00", synced_at=at("2026-03-10 10:01")))
    assert missing_of(built) == [("03-10 10:00", "03-10 11:00")]


def test_an_hour_that_just_closed_may_wait_for_its_last_sync_within_the_lag_limit() -> None:
    now = at("2026-03-10 11:05")
    built = ask(now, [total(100, LAST_RUN)], speed_from("2026-03-08 10:00", synced_at=at("2026-03-10 10:55")))
    assert built.freshness.complete
    assert "speed_lagging" not in codes_of(built)


def test_the_lag_limit_itself_is_not_lagging_yet() -> None:
    for seconds, lags in ((600, False), (601, True)):
        speed = speed_from("2026-03-08 10:00", synced_at=NOW - timedelta(seconds=seconds))
        assert ("speed_lagging" in codes_of(ask(NOW, [total(100, LAST_RUN)], speed))) is lags


def test_the_layer_as_a_whole_may_be_read_a_moment_before_the_movies_own_buckets() -> None:
    speed = speed_from("2026-03-10 02:00")
    asked = ViewInputs(
        Boundary(NOW),
        Layers(NOW, {"sentiment": SpeedLayer(frozenset(), NOW)}),
        Contract().read([total(100, LAST_RUN)], speed),
    )
    built = movie_sentiment(MOVIE, parse_span("all"), Granularity.DAY, asked)
    assert built is not None
    assert built.freshness.complete

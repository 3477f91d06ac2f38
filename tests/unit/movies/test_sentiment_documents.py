"""Documents decide a movie's sentiment: dates, coverage, labels, velocity, unreadable documents."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.contract.documents import Contract
from merger.core.windows import HOUR, Granularity
from tests.unit.merger.documents import (
    ask,
    at,
    bucket,
    codes_of,
    hourly,
    missing_of,
    point,
    points_of,
    reviews_of,
    sentiment,
    total,
)
from tests.unit.merger.scenario import LAST_RUN, LAST_RUN_DAYS, NOW, OPEN_HOUR, SYNCED, speed_from


def test_coverage_never_exceeds_the_time_of_writing() -> None:
    batch = [total(100, at("2026-03-10 09:00"), computed_at=LAST_RUN)]
    assert reviews_of(ask(NOW, batch, speed_from("2026-03-08 10:00"))) == 109


def test_coverage_defaults_to_computed_at() -> None:
    batch = [total(100, LAST_RUN, computed_at=LAST_RUN, covers_until=None)]
    assert reviews_of(ask(NOW, batch, speed_from("2026-03-08 10:00"))) == 109


def test_coverage_ending_inside_a_counted_speed_hour_gives_a_warning() -> None:
    inside = LAST_RUN + timedelta(minutes=20)
    speed = speed_from("2026-03-08 10:00")
    assert "coverage_inside_hour" in codes_of(ask(NOW, [total(100, inside)], speed))
    assert "coverage_inside_hour" not in codes_of(ask(NOW, [total(100, LAST_RUN)], speed))
    quiet = [{**b, "data": sentiment(0, 0.0)} if b["hour"] == LAST_RUN else b for b in speed]
    assert "coverage_inside_hour" not in codes_of(ask(NOW, [total(100, inside)], quiet))
    unused = [point("2026-03-10", 2, inside)]
    assert "coverage_inside_hour" not in codes_of(ask(NOW, unused, speed, window="1d"))
    elsewhere = [b for b in speed if b["hour"] != LAST_RUN]
    assert "coverage_inside_hour" not in codes_of(ask(NOW, [total(100, inside)], elsewhere))


def test_part_of_a_batch_day_is_missing_by_hour_with_advice() -> None:
    result = ask(NOW, LAST_RUN_DAYS, speed_from("2026-03-08 00:00"), window="70h", granularity=Granularity.HOUR)
    assert missing_of(result) == [("03-07 12:00", "03-08 00:00")]
    assert "days_only" in codes_of(result)
    whole = ask(NOW, LAST_RUN_DAYS, speed_from("2026-03-08 00:00"), window="70h")
    assert whole.freshness.complete
    assert "days_only" not in codes_of(whole)


def test_a_batch_point_stays_a_day_in_an_hourly_timeline() -> None:
    result = ask(NOW, LAST_RUN_DAYS, speed_from("2026-03-09 00:00"), window="all", granularity=Granularity.HOUR)
    points = points_of(result)
    assert points["2026-03-08"] == (24, "batch")
    assert points["2026-03-09T00:00:00Z"] == (1, "speed")


def test_dates_with_an_offset_and_naive_dates_are_equal() -> None:
    spelled = [
        {**bucket(LAST_RUN, 4, **SYNCED), "hour": "2026-03-10T02:00:00Z"},
        {**bucket(LAST_RUN, 4, **SYNCED), "hour": "2026-03-10T04:00:00+02:00"},
        {**bucket(LAST_RUN, 4, **SYNCED), "hour": "2026-03-09T21:00:00-05:00"},
        {**bucket(LAST_RUN, 4, **SYNCED), "hour": LAST_RUN.replace(tzinfo=None)},
    ]
    assert reviews_of(ask(NOW, [total(100, LAST_RUN)], spelled)) == 104


@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"])
def test_a_day_on_which_clocks_change_has_24_hours(day: str) -> None:
    start = at(f"{day} 00:00")
    now = start + timedelta(hours=24, minutes=5)
    # 02:30 local time does not exist or exists twice; in UTC every hour is there once.
    result = ask(now, [], hourly(start, start + timedelta(hours=24)), window="24h", granularity=Granularity.HOUR)
    assert reviews_of(result) == 24
    assert len(points_of(result)) == 24
    assert result.freshness.complete


def test_a_half_hour_time_zone_adds_no_bucket() -> None:
    off = {**bucket(LAST_RUN, 4, **SYNCED), "hour": "2026-03-10T02:00:00+05:30"}
    documents = Contract().read(speed=[off])
    assert [skip.kind for skip in documents.skipped] == ["sentiment.hour"]


def test_a_naive_coverage_is_utc() -> None:
    naive = total(100, LAST_RUN, covers_until=LAST_RUN.replace(tzinfo=None), computed_at="2026-03-10T03:00:00")
    assert reviews_of(ask(NOW, [naive], speed_from("2026-03-08 10:00"))) == 109


def test_an_unreadable_bucket_makes_only_its_hour_missing() -> None:
    hole = at("2026-03-10 05:00")
    speed = [
        b if b["hour"] != hole else {**b, "data": {"avg_sentiment": float("nan")}}
        for b in speed_from("2026-03-08 10:00")
    ]
    result = ask(NOW, [total(100, LAST_RUN)], speed)
    assert reviews_of(result) == 108
    assert missing_of(result) == [("03-10 05:00", "03-10 06:00")]
    assert "documents_skipped" in codes_of(result)


def test_an_unreadable_point_makes_its_day_missing_where_speed_expired() -> None:
    broken = point("2026-03-08", -1, LAST_RUN)
    batch = [total(100, LAST_RUN), LAST_RUN_DAYS[0], broken, *LAST_RUN_DAYS[2:]]
    result = ask(NOW, batch, speed_from("2026-03-09 00:00"), window="3d")
    assert missing_of(result) == [("03-08 00:00", "03-09 00:00")]


def test_an_unreadable_duplicate_only_adds_a_warning() -> None:
    batch, speed = [total(100, LAST_RUN), *LAST_RUN_DAYS], speed_from("2026-03-08 10:00")
    broken_batch, broken_speed = ([{**document, "data": None} for document in layer] for layer in (batch, speed))
    clean, dirty = ask(NOW, batch, speed), ask(NOW, [*batch, *broken_batch], [*speed, *broken_speed])
    assert dirty.body == clean.body
    assert dirty.freshness.missing == clean.freshness.missing
    assert codes_of(dirty) - codes_of(clean) == {"documents_skipped"}


def test_velocity_comes_from_the_newest_bucket_that_has_one() -> None:
    data = bucket(OPEN_HOUR, 1)["data"]
    speed = [
        bucket(OPEN_HOUR - 2 * HOUR, 1, data={**data, "sentiment_velocity": 0.1}),
        bucket(OPEN_HOUR - HOUR, 1, data={**data, "sentiment_velocity": -0.2}),
        bucket(OPEN_HOUR, 1),
    ]
    assert ask(NOW, [], speed).body["sentiment"]["velocity"] == -0.2
    assert ask(NOW, [], speed, window="1h", granularity=Granularity.HOUR).body["sentiment"]["velocity"] == -0.2
    assert ask(NOW, [], speed[2:]).body["sentiment"]["velocity"] is None


@pytest.mark.parametrize(
    ("average", "label"),
    [(0.051, "positive"), (0.05, "neutral"), (-0.05, "neutral"), (-0.051, "negative"), (0.0, "neutral")],
)
def test_a_score_beyond_a_twentieth_is_labelled_by_its_sign(average: float, label: str) -> None:
    assert ask(NOW, [total(1, LAST_RUN, average)]).body["sentiment"]["label"] == label


def test_documents_that_name_the_movie_as_text_count() -> None:
    batch, speed = total(100, LAST_RUN, movie_id="550"), bucket(LAST_RUN, 4, movie_id="550", **SYNCED)
    assert reviews_of(ask(NOW, [batch], [speed])) == 104


def test_a_total_stamped_in_the_future_leaves_the_lifetime_missing_unless_another_can_be_used() -> None:
    ahead = {**total(100, LAST_RUN), "computed_at": at("2028-01-01 00:00")}
    assert missing_of(ask(NOW, [ahead], speed_from("2026-03-08 10:00"))) == [(None, "03-10 10:00")]
    assert missing_of(ask(NOW, [ahead, total(100, LAST_RUN)], speed_from("2026-03-08 10:00"))) == []

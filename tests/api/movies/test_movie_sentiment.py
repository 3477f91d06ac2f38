"""``movies/{id}/sentiment``: totals, windows and timeline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import (
    DAY,
    HOUR,
    MIDNIGHT,
    OPEN_HOUR,
    beat,
    movie,
    sentiment_day,
    sentiment_total,
    speed_sentiment,
)

PATH = "movies/550/sentiment"


def usual() -> list[dict[str, Any]]:
    """100 reviews of 0.5 up to midnight, of which 10 on each of the last two days; since then 2 and 4 of -0.5.

    The speed layer holds the hours since the cutoff, noon of 8 March, too: yesterday's 10 reviews are in both layers.
    """
    return [
        movie(550, "Fight Club"),
        sentiment_total(550, 100, 0.5),
        sentiment_day(550, "2031-03-08", 10, 0.4),
        sentiment_day(550, "2031-03-09", 10, 0.2),
        speed_sentiment(550, MIDNIGHT - 5 * HOUR, 10, 0.2),
        speed_sentiment(550, MIDNIGHT + 3 * HOUR, 2, -0.5),
        speed_sentiment(550, OPEN_HOUR, 4, -0.5),
        *beat(["sentiment"]),
    ]


def test_the_fields_of_old_clients_are_there(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH)
    assert {
        "movie_id",
        "title",
        "window",
        "sentiment",
        "breakdown",
        "trend",
        "data_sources",
        "freshness",
    } <= set(body)
    assert set(body["sentiment"]) == {
        "overall_score",
        "label",
        "positive_count",
        "negative_count",
        "neutral_count",
        "total_reviews",
        "velocity",
    }
    assert set(body["breakdown"][0]) == {
        "date",
        "avg_sentiment",
        "review_count",
        "positive_count",
        "negative_count",
        "neutral_count",
        "data_source",
    }
    assert set(body["trend"]) == {"direction", "change_rate"}
    assert set(body["data_sources"]) == {"batch", "speed"}


def test_the_lifetime_is_the_newest_total_plus_all_speed_hours_since(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH)
    summary = body["sentiment"]
    assert (body["window"], body["granularity"], body["title"]) == ("all", "day", "Fight Club")
    assert (summary["total_reviews"], summary["positive_count"], summary["negative_count"]) == (106, 100, 6)
    assert summary["overall_score"] == pytest.approx((100 * 0.5 - 6 * 0.5) / 106)
    assert (summary["label"], summary["velocity"]) == ("positive", 0.25)
    assert body["data_source"] == "merged"
    assert body["freshness"]["complete"] is True
    assert body["freshness"]["batch_as_of"] == "2031-03-10T00:00:00Z"


def test_a_window_is_the_sum_over_exactly_its_buckets(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"window": "2d"})
    assert [(p["date"], p["review_count"], p["data_source"]) for p in body["breakdown"]] == [
        ("2031-03-08", 10, "batch"),
        ("2031-03-09", 10, "speed"),
        ("2031-03-10", 6, "speed"),
    ]
    assert body["sentiment"]["total_reviews"] == 26
    assert body["sentiment"]["overall_score"] == pytest.approx((10 * 0.4 + 10 * 0.2 - 6 * 0.5) / 26)
    assert body["trend"]["direction"] == "decreasing"


def test_a_window_in_hours_has_an_hourly_timeline(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"window": "10h"})
    reviews = {point["hour"]: point["review_count"] for point in body["breakdown"] if point["review_count"]}
    assert reviews == {"2031-03-10T03:00:00Z": 2, "2031-03-10T12:00:00Z": 4}
    assert body["granularity"] == "hour"
    assert body["sentiment"]["total_reviews"] == 6


def test_a_number_without_a_unit_is_in_hours(api: Api) -> None:
    api.load(usual())
    bare, named = api.body(PATH, {"window": "10"}), api.body(PATH, {"window": "10h"})
    assert bare == named
    assert named["window"] == "10h"


def test_a_window_in_days_can_have_an_hourly_timeline(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"window": "1d", "granularity": "hour"})
    assert body["granularity"] == "hour"
    assert any("hour" in point for point in body["breakdown"])


def test_a_known_movie_without_reviews_is_neutral(api: Api) -> None:
    api.load(movie(550, "Fight Club"), beat(["sentiment"]))
    summary = api.body(PATH, {"window": "6h"})["sentiment"]
    assert (summary["overall_score"], summary["label"], summary["total_reviews"]) == (None, "neutral", 0)


def test_duplicates_count_once(api: Api) -> None:
    api.load(usual(), usual())
    assert api.body(PATH)["sentiment"]["total_reviews"] == 106


@pytest.mark.parametrize(
    "spoilt",
    [
        sentiment_day(550, "99999-01-01", 5, 0.1),
        sentiment_day(550, "2031-03-07", 5, 0.1) | {"data": {"date": "2031-03-07", "review_count": float("nan")}},
        {**sentiment_total(550, 5, 0.1), "data": None},
        {**sentiment_total(550, 5, 0.1), "computed_at": 12, "covers_until": None},
        {**speed_sentiment(550, OPEN_HOUR, 5, 0.1), "hour": "soon"},
        {**speed_sentiment(550, OPEN_HOUR, 5, 0.1), "data": {"avg_sentiment": "0.1"}},
    ],
    ids=["absurd date", "NaN count", "null data", "bad stamp", "bad hour", "counts missing"],
)
def test_an_unreadable_document_does_not_change_the_sum(api: Api, spoilt: dict[str, Any]) -> None:
    api.load(usual(), spoilt)
    body = api.body(PATH)
    assert body["sentiment"]["total_reviews"] == 106
    assert any(text.startswith("documents_skipped:") for text in body["freshness"]["warnings"])


def test_an_unreadable_newest_total_leaves_a_hole(api: Api) -> None:
    api.load(usual(), {**sentiment_total(550, 5, 0.1), "computed_at": OPEN_HOUR, "data": None})
    body = api.body(PATH)
    assert (body["sentiment"]["total_reviews"], body["freshness"]["complete"]) == (106, False)
    assert body["freshness"]["missing"]


def test_an_unreadable_stamp_costs_only_itself(api: Api) -> None:
    hour = OPEN_HOUR - 2 * HOUR
    api.load(usual(), {**speed_sentiment(550, hour, 5, 0.1), "synced_at": None}, movie(551, "Other"))
    api.load({**sentiment_total(551, 7, 0.1), "computed_at": 12})
    found = [api.body(f"movies/{number}/sentiment") for number in (550, 551)]
    assert [body["sentiment"]["total_reviews"] for body in found] == [111, 7]
    assert [body["freshness"]["complete"] for body in found] == [True, True]


def test_a_day_without_a_readable_score_keeps_its_counts(api: Api) -> None:
    api.load(usual(), sentiment_day(550, "2031-03-07", 5, float("nan")))
    body = api.body(PATH)
    day = next(point for point in body["breakdown"] if point["date"] == "2031-03-07")
    assert (day["avg_sentiment"], day["review_count"], day["neutral_count"]) == (None, 5, 5)
    assert (body["freshness"]["complete"], body["freshness"]["warnings"]) == (True, [])


def test_strict_lists_the_hours_that_neither_layer_holds(api: Api) -> None:
    gap = [MIDNIGHT + 5 * HOUR, MIDNIGHT + 6 * HOUR]
    api.load(document for document in usual() if document.get("hour") not in gap)
    problem = api.body(PATH, {"completeness": "strict"}, 503)
    assert problem["missing"] == [{"start": "2031-03-10T05:00:00Z", "end": "2031-03-10T07:00:00Z"}]
    body = api.body(PATH)
    assert (body["freshness"]["complete"], body["sentiment"]["total_reviews"]) == (False, 106)


def test_the_speed_layer_completes_a_batch_that_is_a_run_late(api: Api) -> None:
    late = {"computed_at": MIDNIGHT - DAY + 2 * HOUR, "covers_until": MIDNIGHT - DAY}
    api.load(
        sentiment_total(550, 90, 0.5, **late),
        speed_sentiment(550, MIDNIGHT - 5 * HOUR, 10, 0.5),
        speed_sentiment(550, OPEN_HOUR, 6, 0.5),
        beat(["sentiment"]),
    )
    body = api.body(PATH)
    assert (body["sentiment"]["total_reviews"], body["freshness"]["complete"]) == (106, True)


def test_an_unknown_movie_is_a_404(api: Api) -> None:
    api.load(usual())
    assert api.body("movies/551/sentiment", status=404)["title"] == "Unknown movie"


@pytest.mark.parametrize(
    "bad", ["", "0", "0d", "7w", "-7d", "1.5d", "3661d", "ALL THE TIME", "7d\x00", "٧d", "9" * 300]
)
def test_a_bad_window_is_a_400_with_the_accepted_forms(api: Api, bad: str) -> None:
    detail = api.refused(PATH, {"window": bad})["window"]
    assert "`all`, or a number of hours or days such as `6h` or `7d`, at most 3660d" in detail


def test_every_bad_parameter_is_named_at_once(api: Api) -> None:
    messages = api.refused(PATH, {"windw": "7d", "granularity": "week", "completeness": "full", "window": ["7d", "8d"]})
    assert messages == {
        "windw": "windw is not a parameter of this endpoint; it takes: completeness, explain, run, window, granularity",
        "granularity": "granularity takes one of hour, day; got 'week'",
        "completeness": "completeness takes one of partial, strict, proven; got 'full'",
        "window": "window is given 2 times; it may be given once",
    }


def test_a_request_with_the_current_etag_gets_a_304(api: Api) -> None:
    api.load(usual())
    tag = api.get(PATH)["ETag"]
    assert api.get(PATH, If_None_Match=tag).status_code == 304
    assert api.get(PATH, {"window": "7d"}, If_None_Match=tag).status_code == 200

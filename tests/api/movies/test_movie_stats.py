"""``movies/{id}/stats``: the speed layer's hours, newest first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import CUTOFF, HOUR, OPEN_HOUR, beat, movie, speed, speed_stats, speed_trending

PATH = "movies/550/stats"


def test_stats_are_newest_first_with_the_latest(api: Api) -> None:
    api.load(
        movie(550, "Fight Club"),
        speed_stats(550, OPEN_HOUR - 2 * HOUR, 8.0, 100, 50.0),
        speed_stats(550, OPEN_HOUR, 8.5, 102, 52.0),
        speed_stats(550, OPEN_HOUR - HOUR, 8.25, 101, 51.0),
        speed_trending(550, OPEN_HOUR, 99.0),
        beat(["stats"]),
    )
    body = api.body(PATH)
    assert set(body) == {
        "movie_id",
        "title",
        "hours",
        "stats",
        "latest",
        "count",
        "data_source",
        "freshness",
    }
    assert [point["vote_count"] for point in body["stats"]] == [102, 101, 100]
    assert body["latest"] == {
        "hour": "2031-03-10T12:00:00Z",
        "vote_average": 8.5,
        "vote_count": 102,
        "popularity": 52.0,
        "rating_velocity": 0.5,
        "synced_at": "2031-03-10T12:29:00Z",
    }
    assert (body["title"], body["count"], body["hours"]) == ("Fight Club", 3, 48)
    assert body["data_source"] == "speed"
    assert body["freshness"]["complete"] is True


def test_all_of_the_oldest_hour_is_included(api: Api) -> None:
    api.load(
        speed_stats(550, CUTOFF, 8.0, 1, 1.0),
        speed_stats(550, CUTOFF - HOUR, 8.0, 2, 1.0),
        beat(["stats"]),
    )
    assert [point["vote_count"] for point in api.body(PATH)["stats"]] == [1]
    assert [point["vote_count"] for point in api.body(PATH, {"hours": 49})["stats"]] == [1, 2]


def test_of_duplicates_the_newest_sync_counts(api: Api) -> None:
    older = speed_stats(550, OPEN_HOUR, 1.0, 1, 1.0, synced_at=OPEN_HOUR)
    api.load(speed_stats(550, OPEN_HOUR, 8.0, 8, 8.0), older, beat(["stats"]))
    body = api.body(PATH)
    assert (body["count"], body["latest"]["vote_count"]) == (1, 8)


def test_a_known_movie_without_stats_has_an_empty_list(api: Api) -> None:
    api.load(movie(550, "Fight Club"), beat(["stats"]))
    body = api.body(PATH)
    assert (body["stats"], body["latest"], body["count"]) == ([], None, 0)
    assert body["freshness"]["complete"] is True


@pytest.mark.parametrize("data", [None, [], "data", 7, [{"vote_average": 8.0}]])
def test_an_unreadable_bucket_is_left_out_and_reported(api: Api, data: Any) -> None:
    spoilt = speed("stats", 550, OPEN_HOUR - 2 * HOUR, data)
    api.load(speed_stats(550, OPEN_HOUR, 8.0, 8, 8.0), spoilt, beat(["stats"]))
    body = api.body(PATH, {"hours": 5})
    assert body["count"] == 1
    assert body["freshness"]["missing"] == [{"start": "2031-03-10T10:00:00Z", "end": "2031-03-10T11:00:00Z"}]


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "high", {}, [8.0]])
def test_an_unreadable_value_of_a_bucket_is_absent(api: Api, value: Any) -> None:
    hour = OPEN_HOUR - 2 * HOUR
    spoilt = speed("stats", 550, hour, {"vote_average": value, "vote_count": 1, "popularity": 2.5})
    api.load(speed_stats(550, OPEN_HOUR, 8.0, 8, 8.0), spoilt, beat(["stats"]), movie(550, "Fight Club"))
    body = api.body(PATH, {"hours": 5})
    found = body["stats"][1]
    assert (body["count"], found["hour"]) == (2, "2031-03-10T10:00:00Z")
    assert (found["vote_average"], found["vote_count"], found["popularity"]) == (None, 1, 2.5)
    assert (body["freshness"]["complete"], body["freshness"]["warnings"]) == (True, [])


def test_strict_refuses_hours_that_the_speed_layer_deleted(api: Api) -> None:
    api.load(movie(550, "Fight Club"), beat(["stats"]))
    assert api.get(PATH, {"hours": 120, "completeness": "strict"}).status_code == 200
    problem = api.body(PATH, {"hours": 168, "completeness": "strict"}, 503)
    assert problem["missing"] == [{"start": "2031-03-03T12:00:00Z", "end": "2031-03-05T12:00:00Z"}]


def test_an_unknown_movie_is_a_404(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    assert api.body("movies/551/stats", status=404)["title"] == "Unknown movie"


@pytest.mark.parametrize("bad", ["0", "169", "-1", "1.5", "1_0", "two", "", "٥", "1e1", "9" * 2000])
def test_bad_hours_are_a_400_with_the_accepted_range(api: Api, bad: str) -> None:
    assert "hours takes a whole number from 1 to 168" in api.refused(PATH, {"hours": bad})["hours"]

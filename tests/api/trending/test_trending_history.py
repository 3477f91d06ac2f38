"""``GET trending/history``: hourly scores and earlier ranks of the leading movies, over the real stores."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR, beat, movie, speed_trending

PATH = "trending/history"


def usual() -> list[dict[str, Any]]:
    """Movie 550 overtook 551 in the open hour; movie 1 is in every hour."""
    return [
        movie(550, "Fight Club", genres=["Drama"]),
        movie(551, "<b>Alien</b>", genres=["Horror"]),
        movie(1, "Background", genres=["Drama"]),
        speed_trending(551, OPEN_HOUR - 1 * HOUR, 80.0),
        speed_trending(550, OPEN_HOUR - 1 * HOUR, 70.0),
        speed_trending(550, OPEN_HOUR, 90.0),
        *beat(["trending", "stats"]),
    ]


def test_answer_has_exactly_the_documented_fields(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"hours": "2", "limit": "2"})
    assert body["movies"] == [
        {
            "rank": 1,
            "rank_before": 2,
            "movie_id": 550,
            "title": "Fight Club",
            "scores": [
                {"hour": "2031-03-10T11:00:00Z", "trending_score": 70.0},
                {"hour": "2031-03-10T12:00:00Z", "trending_score": 90.0},
            ],
        },
        {
            "rank": 2,
            "rank_before": 1,
            "movie_id": 551,
            "title": "<b>Alien</b>",
            "scores": [
                {"hour": "2031-03-10T11:00:00Z", "trending_score": 80.0},
                {"hour": "2031-03-10T12:00:00Z", "trending_score": None},
            ],
        },
    ]
    del body["movies"]
    assert body.pop("freshness")["complete"] is True
    assert body == {
        "count": 2,
        "window": "6h",
        "hours": 2,
        "genre": None,
        "before": "2031-03-10T12:00:00Z",
        "generated_at": "2031-03-10T12:30:00Z",
        "data_source": "speed",
    }


def test_movies_are_in_the_same_order_as_trending_movies(api: Api) -> None:
    api.load(usual())
    for genre in ({}, {"genre": "drama"}):
        ranked = [each["movie_id"] for each in api.body("trending/movies", genre)["trending_movies"]]
        assert [each["movie_id"] for each in api.body(PATH, genre)["movies"]] == ranked


def test_unknown_genre_is_404_with_similar_names(api: Api) -> None:
    api.load(usual())
    assert api.body(PATH, {"genre": "Dramma"}, 404)["near"] == ["Drama"]


@pytest.mark.parametrize("bad", [{"hours": "0"}, {"hours": "169"}, {"limit": "51"}, {"window": "all"}])
def test_out_of_range_parameter_is_400_and_is_named(api: Api, bad: dict[str, str]) -> None:
    assert set(api.refused(PATH, bad)) == set(bad)


def test_missing_hours_of_the_scores_are_listed(api: Api) -> None:
    api.load(usual())
    api.database["speed_views"].delete_many({"hour": OPEN_HOUR - 9 * HOUR})
    assert api.body(PATH, {"hours": "8"})["freshness"]["missing"] == []
    assert api.body(PATH, {"hours": "12"})["freshness"]["missing"] == [
        {"start": "2031-03-10T03:00:00Z", "end": "2031-03-10T04:00:00Z"}
    ]

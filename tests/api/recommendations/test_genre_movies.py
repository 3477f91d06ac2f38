"""``recommendations/genres/{genre}``: orders, limits, errors.

Requirements A1, A3 and A4.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import OPEN_HOUR, beat, movie, speed_sentiment, speed_stats, speed_trending

PATH = "recommendations/genres/drama"


def world() -> list[dict[str, Any]]:
    return [
        movie(6, "Rated", vote_average=9.0),
        movie(2, "Trending", vote_average=6.0),
        movie(3, "Liked", vote_average=5.0),
        movie(4, "Newly rated", vote_average=1.0),
        movie(5, "A western", genres=["Western"], vote_average=9.9),
        speed_trending(2, OPEN_HOUR, 90.0),
        speed_sentiment(3, OPEN_HOUR, 100, 0.9),
        speed_stats(4, OPEN_HOUR, 8.0, 900, 20.0),
        *beat(),
    ]


@pytest.mark.parametrize(("sort_by", "first"), [("rating", 6), ("trending", 2), ("sentiment", 3), ("hybrid", 4)])
def test_each_order_has_its_first_movie_and_gapless_ranks(api: Api, sort_by: str, first: int) -> None:
    api.load(world())
    found = api.body(PATH, {"sort_by": sort_by})["recommendations"]
    assert found[0]["movie_id"] == first
    assert [each["rank"] for each in found] == [1, 2, 3, 4]
    assert all(each["reasons"][0] == "Drama" for each in found)


def test_the_least_rating_counts_merged_numbers_and_comes_before_the_limit(api: Api) -> None:
    api.load(world())
    body = api.body(PATH, {"min_rating": "7.5", "limit": 1, "sort_by": "rating"})
    assert [each["movie_id"] for each in body["recommendations"]] == [6]
    assert (body["compared"], body["catalogue"], body["genre"]) == (2, 5, "Drama")


def test_an_unknown_genre_is_a_404_with_near_ones(api: Api) -> None:
    api.load(world())
    assert api.body("recommendations/genres/dramma", status=404)["near"] == ["Drama"]


def test_every_bad_parameter_is_named(api: Api) -> None:
    given = {"limit": "51", "min_rating": "NaN", "sort_by": "votes", "novelty": "-1", "include_trending": "1"}
    assert set(api.refused(PATH, given)) == set(given)

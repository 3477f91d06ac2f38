"""Movies of a genre in each order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from merger.errors import NotFound
from recommendations.genres import GenreMovies, SortBy, genre_movies
from recommendations.weighing import Wishes
from tests.unit.inputs import Raw
from tests.unit.recommendations.world import MOVIES, feeling, inputs, movie, now

HOURS = (
    now("trending", 3, trending_score=90.0),
    now("trending", 1, trending_score=70.0),
    feeling(4, 0.9, 100),
    feeling(1, -0.9, 100),
    now("stats", 1, vote_average=9.0, vote_count=100, popularity=20.0),
)


def ask(*hours: Raw, catalogue: Iterable[Raw] = MOVIES, **limits: Any) -> dict[str, Any]:
    body: dict[str, Any] = genre_movies(GenreMovies("drama", **limits), inputs(*hours, catalogue=catalogue)).body
    return body


def ids(body: dict[str, Any]) -> list[int]:
    return [each["movie_id"] for each in body["recommendations"]]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (SortBy.RATING, [1, 3, 4, 6]),
        (SortBy.TRENDING, [3, 1, 4, 6]),
        (SortBy.SENTIMENT, [4, 1, 3, 6]),
        (SortBy.HYBRID, [4, 1, 3, 6]),
    ],
)
def test_orders(order: SortBy, found: list[int]) -> None:
    body = ask(*HOURS, sort_by=order)
    assert ids(body) == found
    assert (body["genre"], body["count"], body["compared"], body["sort_by"]) == ("Drama", 4, 4, order)


def test_numbers_are_the_speed_layers_where_it_has_them_also_for_the_filter() -> None:
    body = ask(*HOURS, min_rating=8.0)
    assert [(each["movie_id"], each["vote_average"]) for each in body["recommendations"]] == [(1, 9.0)]
    assert body["recommendations"][0]["reasons"] == ["Drama", "rated 9 by 100 votes", "trending now, score 70"]


UNPROVEN, FOUNDED, FAMOUS = [1, 2, 3], [4, 5], [6]
LITTLE_KNOWN = tuple(
    movie(number, genres=["Drama"], vote_average=rating, vote_count=votes)
    for number, rating, votes in (
        (1, None, None),
        (2, 0.0, 0),
        (3, 10.0, 1),
        (4, 7.5, 60),
        (5, 7.4, 300),
        (6, 7.9, 20_000),
    )
)


def test_novelty_brings_little_known_movies_before_famous_ones_and_unproven_ones_last() -> None:
    found = ids(ask(catalogue=LITTLE_KNOWN, wishes=Wishes(novelty=1.0)))
    assert found[2:3] == FAMOUS
    assert {*found[:2]} == {*FOUNDED}
    assert {*found[3:]} == {*UNPROVEN}
    assert ids(ask(catalogue=LITTLE_KNOWN))[:1] == FAMOUS


@pytest.mark.parametrize("order", SortBy)
def test_the_limit_leaves_the_first_ones(order: SortBy) -> None:
    assert ids(ask(*HOURS, sort_by=order, limit=2)) == ids(ask(*HOURS, sort_by=order))[:2]


def test_unknown_numbers_have_no_score() -> None:
    assert ask(sort_by=SortBy.RATING)["recommendations"][-1]["score"] is None


def test_an_unknown_genre_is_not_found_with_near_ones() -> None:
    with pytest.raises(NotFound) as caught:
        genre_movies(GenreMovies("dramma"), inputs())
    assert "drama" in [name.casefold() for name in caught.value.near]

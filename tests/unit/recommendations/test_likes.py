"""Recommendations for likes: order, reasons, unknown movies."""

from __future__ import annotations

from typing import Any

import pytest

from merger.errors import NotFound
from recommendations.likes import PersonalMovies, SimilarMovies, likes_plan, personal_movies, similar_movies
from recommendations.weighing import Wishes
from tests.unit.inputs import Raw
from tests.unit.recommendations.world import inputs, now


def ask(params: Any, *hours: Raw) -> dict[str, Any]:
    context: Any = type("Context", (), {"params": params, "boundary": inputs().boundary})
    made = inputs(*hours, lookup=likes_plan(context).lookup)
    build: Any = similar_movies if isinstance(params, SimilarMovies) else personal_movies
    body: dict[str, Any] = build(params, made).body
    return body


def ids(body: dict[str, Any]) -> list[int]:
    return [each["movie_id"] for each in body["recommendations"]]


def test_similar_movies_share_what_is_rare_and_say_so() -> None:
    body = ask(SimilarMovies(1))
    assert ids(body) == [2, 4, 3, 6]
    assert body["recommendations"][0]["reasons"] == ["same director: David Fincher", "with Brad Pitt", "shares 1999"]
    assert body["recommendations"][0]["because_of"] == [{"movie_id": 1, "title": "Fight Club"}]
    assert (body["title"], body["count"], body["compared"], body["catalogue"]) == ("Fight Club", 4, 4, 6)


def test_the_limit_cuts_what_was_compared() -> None:
    body = ask(SimilarMovies(1, limit=1))
    assert (ids(body), body["count"], body["compared"]) == ([2], 1, 4)


def test_novelty_brings_movies_with_few_votes_first() -> None:
    usual, novel = (
        {each["movie_id"]: each["score"] for each in ask(SimilarMovies(1, wishes=Wishes(novelty)))["recommendations"]}
        for novelty in (0.0, 1.0)
    )
    assert usual[3] / usual[4] < novel[3] / novel[4]


def test_trends_count_unless_they_shall_not() -> None:
    hour = now("trending", 4, trending_score=100.0)
    found = [ask(SimilarMovies(1, wishes=wishes), hour) for wishes in (Wishes(), Wishes(trending=False))]
    with_it, without = ({each["movie_id"]: each for each in body["recommendations"]}[4] for body in found)
    assert with_it["score"] == pytest.approx(1.15 * without["score"], rel=1e-3)
    assert "trending now, score 100" in with_it["reasons"]
    assert "trending now, score 100" not in without["reasons"]


def test_an_unknown_movie_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"no movie '?77"):
        ask(SimilarMovies(77))


def test_unknown_likes_are_told_and_count_for_nothing() -> None:
    body = ask(PersonalMovies((1, 77)))
    assert (body["liked_movie_ids"], body["unknown_movie_ids"]) == ([1], [77])
    assert ids(body) == ids(ask(PersonalMovies((1,))))


def test_only_unknown_likes_are_not_found() -> None:
    with pytest.raises(NotFound, match="70, 71, 72, 73, 74, …"):
        ask(PersonalMovies(tuple(range(70, 80))))


def test_liked_movies_are_never_recommended() -> None:
    body = ask(PersonalMovies((1, 2, 5)))
    assert not {1, 2, 5} & {*ids(body)}
    assert [each["movie_id"] for each in body["recommendations"][0]["because_of"]] == [1, 2]

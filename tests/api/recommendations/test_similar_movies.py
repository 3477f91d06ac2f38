"""``recommendations/movies/{id}/similar``: numbers, reasons, errors, freshness.

Requirements A1, A2 and M8.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR, beat, movie, speed_stats

PATH = "recommendations/movies/550/similar"
FINCHER = ["David Fincher"]


def world() -> list[dict[str, Any]]:
    return [
        movie(550, "Fight Club", cast=["Brad Pitt"], directors=FINCHER, genres=["Thriller"]),
        movie(807, "Se7en", cast=["Brad Pitt"], directors=FINCHER, genres=["Crime"]),
        movie(2649, "The Game", directors=FINCHER, genres=["Thriller"]),
        movie(1, "A western", genres=["Western"], release_date="1930-01-01"),
        speed_stats(807, OPEN_HOUR, 8.5, 900, 60.0),
        *beat(),
    ]


def test_similar_movies_have_the_numbers_of_their_own_answers(api: Api) -> None:
    api.load(world())
    body = api.body(PATH)
    assert {each["movie_id"] for each in body["recommendations"]} == {807, 2649}
    for each in body["recommendations"]:
        own = api.body(f"movies/{each['movie_id']}")
        for name in ("title", "genres", "release_date", "vote_average", "vote_count", "popularity"):
            assert each[name] == own[name]
    assert body["recommendations"][0]["reasons"][:2] == ["same director: David Fincher", "with Brad Pitt"]
    assert body["freshness"]["complete"] is True


def test_an_unknown_movie_is_a_404(api: Api) -> None:
    api.load(world())
    assert api.body("recommendations/movies/551/similar", status=404)["title"] == "Unknown movie"


def test_a_movie_of_which_only_the_speed_layer_knows_is_like_none(api: Api) -> None:
    api.load(world(), speed_stats(77, OPEN_HOUR, 5.0, 5, 5.0))
    body = api.body("recommendations/movies/77/similar")
    assert (body["title"], body["recommendations"]) == (None, [])


@pytest.mark.parametrize("movie_id", ["x", "-1", "1.5", "%00", "9" * 400, "1e3"])
def test_an_id_is_a_whole_number(api: Api, movie_id: str) -> None:
    assert set(api.refused(f"recommendations/movies/{movie_id}/similar", {})) == {"movie_id"}


def test_every_bad_parameter_is_named(api: Api) -> None:
    given = {"limit": "0", "novelty": "2", "include_trending": "maybe", "include_sentiment": "", "genre": "Drama"}
    assert set(api.refused(PATH, given)) == set(given)


def test_an_answer_rests_on_hours_of_what_counts_alone(api: Api) -> None:
    hole = OPEN_HOUR - 3 * HOUR
    api.load([each for each in world() if each.get("hour") != hole or each["data_type"] == "stats"])
    assert api.body(PATH, {"completeness": "proven"}, status=503)["type"].endswith(":unproven")
    without = {"include_trending": "false", "include_sentiment": "false", "completeness": "proven"}
    assert api.body(PATH, without)["freshness"]["proven"] is True


def test_an_answer_is_cached_and_revalidated(api: Api, settings: Any) -> None:
    api.load(world())
    first = api.get(PATH)
    again = api.get(PATH, If_None_Match=first["ETag"])
    assert (first["X-Cache"], again["X-Cache"], again.status_code) == ("MISS", "HIT", 304)
    assert api.keeps(settings.CACHE_TTL_VOLATILE, PATH)

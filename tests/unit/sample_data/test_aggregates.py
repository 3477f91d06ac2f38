"""Views over many movies: genres by month and networks of actors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sample_data.aggregates import actor_networks, genre_months
from sample_data.batch_job import digest
from sample_data.facts import Movie, load_movies
from sample_data.world import World
from tests.unit.sample_data.streams import CUT, EPOCH, small_world


def movie_with(movie_id: int, title: str, *cast: str) -> Movie:
    return replace(load_movies(1)[0], movie_id=movie_id, title=title, cast=cast)


def test_a_genre_counts_each_movie_of_its_month_once() -> None:
    world = small_world()
    read = digest(world, CUT)
    months = list(genre_months(read.states.values(), read.ledger, CUT))
    counted = sum(month["total_movies"] for month in months)
    assert counted == sum(len(movie.genres) for movie in world.movies)
    assert len({(month["genre"], month["year"], month["month"]) for month in months}) == len(months)


def test_a_genre_month_has_the_statistics_of_its_movies() -> None:
    facts = load_movies(3)
    noir = ("Noir",)
    movies = [
        replace(facts[0], genres=noir, release_date="1950-03-01", budget=10, revenue=100, runtime=90),
        replace(facts[1], genres=noir, release_date="1950-03-31", budget=30, revenue=None, runtime=None),
        replace(facts[2], genres=noir, release_date="1950-04-01", budget=None, revenue=7, runtime=None),
    ]
    read = digest(World(EPOCH, movies=movies), EPOCH)
    march, april = genre_months(read.states.values(), read.ledger, EPOCH)
    assert (march["year"], march["month"], march["total_movies"]) == (1950, 3, 2)
    assert (march["total_revenue"], march["avg_budget"], march["avg_runtime"]) == (100, 20, 90.0)
    assert march["avg_rating"] == pytest.approx((facts[0].vote_average + facts[1].vote_average) / 2)
    assert [top["movie_id"] for top in march["top_movies"]] == [facts[0].movie_id, facts[1].movie_id]
    assert "revenue" not in march["top_movies"][1]
    assert not {"avg_budget", "avg_runtime", "avg_sentiment"} & april.keys()


def test_a_genre_month_lists_at_most_five_movies() -> None:
    movies = [replace(movie, genres=("Noir",), release_date="1950-03-01") for movie in load_movies(8)]
    read = digest(World(EPOCH, movies=movies), EPOCH)
    (month,) = genre_months(read.states.values(), read.ledger, EPOCH)
    assert month["total_movies"] == 8
    assert [top["movie_id"] for top in month["top_movies"]] == [movie.movie_id for movie in movies[:5]]


def test_actors_with_two_movies_have_networks_by_number_of_common_movies() -> None:
    networks = {
        network["actor"]: network["collaborators"]
        for network in actor_networks(
            [
                movie_with(1, "One", "Ann", "Bob"),
                movie_with(2, "Two", "Ann", "Cid"),
                movie_with(3, "Three", "Cid", "Ann", "Abe"),
            ]
        )
    }
    assert set(networks) == {"Ann", "Cid"}
    assert networks["Ann"] == [
        {"actor": "Cid", "movies": ["Three", "Two"], "count": 2},
        {"actor": "Abe", "movies": ["Three"], "count": 1},
        {"actor": "Bob", "movies": ["One"], "count": 1},
    ]


def test_an_actor_without_partners_has_an_empty_network() -> None:
    (network,) = actor_networks([movie_with(1, "One", "Ann"), movie_with(2, "Two", "Ann")])
    assert network == {"actor": "Ann", "collaborators": []}

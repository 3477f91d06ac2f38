"""The real facts about movies."""

from __future__ import annotations

from collections import Counter

from sample_data.facts import load_movies


def test_there_are_4775_movies_with_distinct_ids() -> None:
    movies = load_movies()
    assert len({movie.movie_id for movie in movies}) == len(movies) == 4775


def test_the_most_popular_movie_comes_first() -> None:
    popularity = [movie.popularity for movie in load_movies()]
    assert popularity == sorted(popularity, reverse=True)


def test_a_limit_keeps_the_most_popular_movies() -> None:
    assert load_movies(7) == load_movies()[:7]


def test_a_movie_has_the_facts_tmdb_knows() -> None:
    star_wars = next(movie for movie in load_movies() if movie.movie_id == 11)
    assert star_wars.title == "Star Wars"
    assert star_wars.genres == ("Adventure", "Action", "Science Fiction")
    assert star_wars.directors == ("George Lucas",)
    assert (star_wars.runtime, star_wars.budget, star_wars.revenue) == (121, 11_000_000, 775_398_007)


def test_unknown_facts_are_none_or_empty_and_never_zero() -> None:
    movies = load_movies()
    unknown = Counter(
        name for movie in movies for name in ("runtime", "budget", "revenue") if getattr(movie, name) is None
    )
    assert unknown["budget"] > 1000
    assert unknown["revenue"] > 1000
    assert not any(0 in (movie.runtime, movie.budget, movie.revenue) for movie in movies)
    assert not any("" in movie.cast for movie in movies)

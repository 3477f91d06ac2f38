"""Methods recommend what they say, and never what was given."""

from __future__ import annotations

from benchmarks.likes.methods import methods
from benchmarks.likes.taste import User
from sample_data.facts import load_movies

MOVIES = load_movies(300)
TOLD = tuple(movie.movie_id for movie in MOVIES[:3])
USER = User(TOLD, frozenset())


def test_no_method_recommends_what_was_told_or_anything_twice() -> None:
    for name, method in methods(MOVIES, 1).items():
        found = list(method(USER, 20))
        assert len(found) == len(set(found)) == 20, name
        assert not {*found} & {*TOLD}, name


def test_votes_alone_are_in_their_order() -> None:
    others = sorted(MOVIES, key=lambda movie: -movie.vote_count)
    expected = [movie.movie_id for movie in others if movie.movie_id not in TOLD][:5]
    assert list(methods(MOVIES, 1)["votes alone"](USER, 5)) == expected


def test_shared_genres_come_before_ratings() -> None:
    found = methods(MOVIES, 1)["shared genres and rating"](USER, 300)
    genres = {movie.movie_id: {*movie.genres} for movie in MOVIES}
    liked = set().union(*(genres[each] for each in TOLD))
    assert len(genres[found[0]] & liked) > len(genres[found[-1]] & liked)

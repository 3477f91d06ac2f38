"""Simulated likes are always the same for a seed, and follow features as far as they shall."""

from __future__ import annotations

from benchmarks.likes.taste import GIVEN, LIKED, simulate_users
from sample_data.facts import load_movies

MOVIES = load_movies(600)


def test_equal_seeds_make_equal_users_and_others_make_others() -> None:
    first, again = (list(simulate_users(MOVIES, 0.5, 3, 1)) for _ in range(2))
    assert first == again
    assert first != list(simulate_users(MOVIES, 0.5, 3, 2))


def test_what_a_user_tells_is_never_to_be_found() -> None:
    for user in simulate_users(MOVIES, 0.5, 5, 1):
        assert len(user.given) == GIVEN
        assert len(user.hidden) == LIKED - GIVEN
        assert not user.hidden & {*user.given}


def test_likes_share_more_directors_where_style_follows_features() -> None:
    directors = {movie.movie_id: movie.directors for movie in MOVIES}
    different = []
    for share in (0.0, 1.0):
        users = simulate_users(MOVIES, share, 60, 1)
        different.append(sum(len({directors[each] for each in (*user.given, *user.hidden)}) for user in users))
    assert different[1] < different[0]

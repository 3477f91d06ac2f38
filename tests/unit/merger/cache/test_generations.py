"""Names and values of generations.

Requirement C6.
"""

from __future__ import annotations

from merger.cache.generations import (
    ALL_GENERATION,
    BATCH_GENERATION,
    CHANGED_MOVIES,
    bumped_at,
    concerns_copies,
    of_changed_movie,
    of_changed_type,
    of_movie,
    of_view,
)


def test_value_says_when_a_generation_was_bumped() -> None:
    assert bumped_at("1800000000250") == 1_800_000_000.25
    assert bumped_at("") == float("-inf")


def test_copies_are_concerned_by_changes_of_more_than_one_movie() -> None:
    names = (BATCH_GENERATION, CHANGED_MOVIES, of_changed_type("stats"), of_changed_type("trending"))
    assert all(map(concerns_copies, names))
    names = (ALL_GENERATION, of_view("movies.details"), of_movie(7), of_changed_movie(7))
    assert not any(map(concerns_copies, names))

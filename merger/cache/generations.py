"""Names of generations. A cached answer is valid while every generation that it depends on is unchanged."""

from __future__ import annotations

ALL_GENERATION = "all"


BATCH_GENERATION = "batch"


CHANGED_MOVIES = "changed:movies"
"""Generation of every movie's data: bumped when too many movies changed to name them, or which ones is unknown."""


def of_view(name: str) -> str:
    """Generation of one view's answers, bumped by hand."""
    return f"view:{name}"


def of_movie(movie_id: int) -> str:
    """Generation of one movie's answers, bumped by hand."""
    return f"movie:{movie_id}"


def of_changed_movie(movie_id: int) -> str:
    """Generation of one movie's data."""
    return f"changed:movie:{movie_id}"


def of_changed_type(data_type: str) -> str:
    """Generation of a speed data type as a whole."""
    return f"changed:{data_type}"

"""Names of generations. A cached answer is valid while every generation that it depends on is unchanged."""

from __future__ import annotations

ALL_GENERATION = "all"


BATCH_GENERATION = "batch"


_CHANGED, _MOVIE = "changed:", "changed:movie:"


CHANGED_MOVIES = "changed:movies"
"""Generation of every movie's data: bumped when too many movies changed to name them, or which ones is unknown."""


def bumped_at(value: str) -> float:
    """Returns when a generation was bumped, in seconds since the epoch: that is what its value says."""
    return int(value) / 1000 if value else float("-inf")


def concerns_copies(name: str) -> bool:
    """Whether a generation says that data changed of which processes keep copies, not one movie's documents alone."""
    return name in (BATCH_GENERATION, CHANGED_MOVIES) or (name.startswith(_CHANGED) and not name.startswith(_MOVIE))


def of_view(name: str) -> str:
    """Generation of one view's answers, bumped by hand."""
    return f"view:{name}"


def of_movie(movie_id: int) -> str:
    """Generation of one movie's answers, bumped by hand."""
    return f"movie:{movie_id}"


def of_changed_movie(movie_id: int) -> str:
    """Generation of one movie's data."""
    return f"{_MOVIE}{movie_id}"


def of_changed_type(data_type: str) -> str:
    """Generation of a speed data type as a whole."""
    return f"{_CHANGED}{data_type}"

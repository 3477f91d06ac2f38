"""The index over the sample catalogue, and the questions to it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sample_data.facts import load_movies
from search.building import build
from search.reading import SearchIndex
from search.texts import MovieTexts

_FOLDER = Path(__file__).parent


class Asked(NamedTuple):
    """A question and the ids of all movies that are right."""

    kind: str
    text: str
    right: frozenset[int]


TUNED, BLIND = ("by_hand.csv", "by_rule.csv"), ("blind.csv",)
"""The questions by which weights were chosen, and those that nothing was changed for."""


def questions(names: Iterable[str] = TUNED) -> Iterator[Asked]:
    """Yields the questions of some files."""
    for name in names:
        for row in _rows(name):
            yield Asked(row["kind"], row["question"], frozenset(map(int, row["movie_ids"].split())))


@cache
def sample_index() -> SearchIndex:
    """The index, in memory."""
    originals = {int(row["movie_id"]): row["original_title"] for row in _rows("original_titles.csv")}
    return SearchIndex(
        *build(
            None,
            (
                MovieTexts(
                    movie.movie_id,
                    title=movie.title,
                    original_title=originals.get(movie.movie_id, ""),
                    cast=movie.cast,
                    directors=movie.directors,
                    genres=movie.genres,
                    year=int(movie.release_date[:4] or 0),
                    votes=movie.vote_count,
                )
                for movie in load_movies()
            ),
        )
    )


def index_of(*movies: MovieTexts) -> SearchIndex:
    """An index over a few movies, in memory."""
    return SearchIndex(*build(None, movies))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)

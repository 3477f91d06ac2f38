"""Loads the real part of the sample world: facts about 4,775 movies, from TMDB."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

FACTS_FILE = Path(__file__).with_name("movie_facts.csv.gz")


@dataclass(frozen=True, slots=True)
class Movie:
    """Facts of TMDB about one movie. Unknown runtime (minutes), budget (USD) and revenue (USD) are ``None``."""

    movie_id: int
    title: str
    release_date: str
    genres: tuple[str, ...]
    runtime: int | None
    budget: int | None
    revenue: int | None
    vote_average: float
    vote_count: int
    popularity: float
    original_language: str
    cast: tuple[str, ...]
    directors: tuple[str, ...]

    @property
    def has_people(self) -> bool:
        """Whether its cast and directors are known."""
        return bool(self.cast and self.directors)


def load_movies(limit: int | None = None) -> tuple[Movie, ...]:
    """Loads the movies, most popular first, at most ``limit``.

    Raises:
        OSError: the file of facts is missing or damaged.
    """
    with gzip.open(FACTS_FILE, "rt", encoding="utf-8", newline="") as file:
        movies = [_parse_movie(row) for row in csv.DictReader(file)]
    movies.sort(key=lambda movie: (-movie.popularity, movie.movie_id))
    return tuple(movies[:limit])


def _parse_movie(row: Mapping[str, str]) -> Movie:
    lists = {name: list(dict.fromkeys(filter(None, row[name].split("|")))) for name in ("genres", "cast", "directors")}
    numbers = {name: None if row[name] in ("", "0") else row[name] for name in ("runtime", "budget", "revenue")}
    return msgspec.convert({**row, **lists, **numbers}, Movie, strict=False)

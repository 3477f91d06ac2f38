"""Generates documents of any number of movies, as the two jobs would write them. Pure and seeded.

Titles, casts and genres are those of the sample world's movies, mixed, so that searches find as much as
in a real catalogue of this size.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from merger.core.windows import DAY, HOUR, floor_day, floor_hour
from sample_data.facts import Movie, load_movies

Document = dict[str, Any]

SPEED_HOURS = 49
"""Hours with documents of many movies: from the cutoff to the open hour. Each older hour has one movie's."""

_OLDER_HOURS = 72
_YEARS, _TREND_DAYS = 6, 90
_TYPES = ("sentiment", "stats", "trending")


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a world.

    Attributes:
        movies: of the batch layer; each has details and a lifetime sentiment.
        speed: documents of the speed layer in six hours.
    """

    movies: int
    speed: int

    @property
    def name(self) -> str:
        return f"{self.movies:,} movies, {self.speed:,} speed"


class SizedWorld:
    """A world of a size, as of a moment.

    Args:
        size: of it.
        now: aware UTC; the batch layer covers everything before the last midnight, the speed layer is current.
        seed: another seed gives another world.
    """

    def __init__(self, size: Size, now: datetime, seed: int = 1) -> None:
        self.size = size
        self.now = now
        self._seed = seed
        self._facts = load_movies()
        self._words = sorted({word for movie in self._facts for word in movie.title.split()})

    def movies(self, number: int) -> tuple[Movie, ...]:
        """Returns the most popular movies, most popular first."""
        return tuple(islice(self._movies(), number))

    @property
    def batch_count(self) -> int:
        """Number of batch documents."""
        genres = len(_genres(self._facts))
        return 2 * self.size.movies + genres * 12 * _YEARS + 3 * _TREND_DAYS

    @property
    def speed_count(self) -> int:
        """Number of speed documents."""
        return SPEED_HOURS * len(_TYPES) * self._each_hour + _OLDER_HOURS * len(_TYPES)

    def batch(self) -> Iterator[Document]:
        """Yields details and lifetime sentiment of each movie, each genre's months, and each metric's days."""
        stamps = {"computed_at": floor_day(self.now) + timedelta(minutes=1), "covers_until": floor_day(self.now)}
        common = {**stamps, "batch_run_id": "sized", "version": 1}
        dice = random.Random(f"{self._seed}:batch")
        for movie in self._movies():
            yield {"movie_id": movie.movie_id, "view_type": "movie_details", "data": _details(movie), **common}
            yield {"movie_id": movie.movie_id, "view_type": "sentiment", "data": _sentiment(dice), **common}
        for genre in _genres(self._facts):
            for year in range(self.now.year - _YEARS, self.now.year):
                for month in range(1, 13):
                    yield {"view_type": "genre_analytics", "data": _month(genre, year, month, dice), **common}
        for metric in ("rating", "sentiment", "popularity"):
            for back in range(1, _TREND_DAYS + 1):
                date = (floor_day(self.now) - back * DAY).date().isoformat()
                data = {"metric": metric, "date": date, "value": dice.uniform(0, 1), "count": 1000}
                yield {"view_type": "temporal_analytics", "data": data, **common}

    def speed(self) -> Iterator[Document]:
        """Yields, for every hour since the cutoff, documents of the same popular movies; before it, of one movie."""
        dice = random.Random(f"{self._seed}:speed")
        popular = [movie.movie_id for movie in self.movies(self._each_hour)]
        for back in range(SPEED_HOURS + _OLDER_HOURS):
            hour = floor_hour(self.now) - back * HOUR
            for movie_id in popular if back < SPEED_HOURS else popular[:1]:
                for data_type in _TYPES:
                    yield {
                        "movie_id": movie_id,
                        "data_type": data_type,
                        "hour": hour,
                        "data": _bucket(data_type, dice),
                        "synced_at": min(hour + HOUR + timedelta(seconds=12), self.now),
                        "ttl_expires_at": hour + 48 * HOUR,
                    }

    @property
    def _each_hour(self) -> int:
        """Movies with documents in each hour."""
        return min(self.size.movies, max(1, self.size.speed // (6 * len(_TYPES))))

    def _movies(self) -> Iterator[Movie]:
        dice = random.Random(f"{self._seed}:movies")
        for rank in range(self.size.movies):
            like = self._facts[rank] if rank < len(self._facts) else dice.choice(self._facts)
            if rank < len(self._facts):
                yield like
                continue
            yield Movie(
                movie_id=10_000_000 + rank,
                title=" ".join(dice.choices(self._words, k=dice.randint(1, 4))),
                release_date=f"{dice.randint(1930, self.now.year)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
                genres=like.genres,
                runtime=like.runtime,
                budget=like.budget,
                revenue=like.revenue,
                vote_average=round(dice.uniform(2, 9), 3),
                vote_count=dice.randint(0, 3000),
                popularity=round(dice.uniform(0, self._facts[-1].popularity or 0.1), 4),
                original_language=like.original_language,
                cast=like.cast,
                directors=like.directors,
            )


def _genres(movies: Sequence[Movie]) -> list[str]:
    return sorted({genre for movie in movies for genre in movie.genres})


def _details(movie: Movie) -> Document:
    data = {
        "title": movie.title,
        "release_date": movie.release_date,
        "genres": list(movie.genres),
        "runtime": movie.runtime,
        "budget": movie.budget,
        "revenue": movie.revenue,
        "overview": f"A film from {movie.release_date[:4]}, directed by {', '.join(movie.directors)}." * 3,
        "original_language": movie.original_language,
        "vote_average": movie.vote_average,
        "vote_count": movie.vote_count,
        "popularity": movie.popularity,
        "cast": list(movie.cast),
        "directors": list(movie.directors),
    }
    return {name: value for name, value in data.items() if value is not None}


def _sentiment(dice: random.Random) -> Document:
    positive, negative, neutral = dice.randint(0, 50), dice.randint(0, 50), dice.randint(0, 50)
    return {
        "avg_sentiment": round(dice.uniform(-1, 1), 4),
        "review_count": positive + negative + neutral,
        "positive_count": positive,
        "negative_count": negative,
        "neutral_count": neutral,
    }


def _month(genre: str, year: int, month: int, dice: random.Random) -> Document:
    return {
        "genre": genre,
        "year": year,
        "month": month,
        "avg_rating": round(dice.uniform(5, 8), 3),
        "total_movies": dice.randint(1, 500),
        "total_revenue": dice.randint(10**6, 10**9),
    }


def _bucket(data_type: str, dice: random.Random) -> Document:
    if data_type == "sentiment":
        return {**_sentiment(dice), "sentiment_velocity": 0.0}
    if data_type == "stats":
        return {
            "vote_average": round(dice.uniform(2, 9), 3),
            "vote_count": dice.randint(0, 10_000),
            "popularity": round(dice.uniform(0, 300), 3),
            "popularity_velocity": 0.1,
        }
    return {"trending_score": round(dice.uniform(0, 100), 2), "velocity": 0.5, "acceleration": 0.1}

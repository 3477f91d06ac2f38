"""What the batch layer knows about all movies and all genres, held ready for the views that need the whole.

Two view types are small enough to be held whole and change only when a batch run arrives: ``movie_details`` (one
document per movie) and ``genre_analytics`` (one per genre and month). Titles and genres for the rankings, search,
the overview and the genre analytics come from here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract import BatchDocument, Skipped


@dataclass(frozen=True, slots=True)
class Reference:
    """A frozen copy of both view types, deduplicated (D4).

    Args:
        movies: newest ``movie_details`` by movie id.
        genre_documents: newest ``genre_analytics`` of each (genre, year, month).
        skipped: documents of these types that could not be read.
        genres: every genre that either names, casefolded → the spelling to show.
    """

    movies: Mapping[int, BatchDocument] = field(default_factory=dict)
    genre_documents: tuple[BatchDocument, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    genres: Mapping[str, str] = field(default_factory=dict)

    @property
    def movies_as_of(self) -> datetime | None:
        """Event time that the newest of the movies' documents covers."""
        return max((d.covers_until for d in self.movies.values()), default=None)

    @property
    def genres_as_of(self) -> datetime | None:
        """Event time that the newest of the genres' documents covers."""
        return max((d.covers_until for d in self.genre_documents), default=None)

    def title_of(self, movie_id: int) -> str | None:
        found = self.movies.get(movie_id)
        return None if found is None else found.data["title"]

    def facts_of(self, movie_id: int) -> Mapping[str, Any]:
        """The payload of a movie's details, empty for an unknown one."""
        found = self.movies.get(movie_id)
        return {} if found is None else found.data

    def is_of_genre(self, movie_id: int, genre: str) -> bool:
        """Whether a movie carries a genre, without regard to case (A3)."""
        wanted = genre.casefold()
        return any(name.casefold() == wanted for name in self.facts_of(movie_id).get("genres", ()))

    def genre(self, name: str) -> str | None:
        """The catalogue's spelling of a genre, or ``None`` for an unknown one (A3)."""
        return self.genres.get(name.strip().casefold())

    def genres_like(self, name: str) -> list[str]:
        """Up to three genres that somebody who wrote ``name`` may have meant, best first (A1)."""
        near = difflib.get_close_matches(name.strip().casefold()[:80], list(self.genres), n=3, cutoff=0.5)
        return [self.genres[key] for key in near]


def spellings(documents: Iterable[BatchDocument]) -> dict[str, str]:
    """Every genre that movies or genre documents name: casefolded → the most frequent spelling, then the first."""
    seen: dict[str, dict[str, int]] = {}
    for document in documents:
        named = document.data.get("genres", ()) or filter(None, (document.data.get("genre"),))
        for name in named:
            counts = seen.setdefault(name.casefold(), {})
            counts[name] = counts.get(name, 0) + 1
    return {
        key: min(counts, key=lambda spelling: (-counts[spelling], spelling)) for key, counts in sorted(seen.items())
    }

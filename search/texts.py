"""What the index is made from: the texts of one movie. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_VERSION = 6
"""Raised when terms, fields or scores change, so that no index of an older form is used."""


@dataclass(frozen=True, slots=True)
class MovieTexts:
    """The texts of a movie, and what its rank depends on.

    Args:
        year: of the release; 0: unknown.
        votes: their number; 0: unknown.
    """

    movie_id: int
    title: str = ""
    original_title: str = ""
    cast: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    overview: str = ""
    year: int = 0
    votes: int = 0

    @classmethod
    def of(cls, movie_id: int, data: Mapping[str, Any]) -> MovieTexts:
        """The texts in the payload of a ``movie_details`` document."""
        day = data.get("release_date") or ""
        title, original, overview = (_clean(data.get(name)) for name in ("title", "original_title", "overview"))
        return cls(
            movie_id,
            title=title,
            original_title=original,
            cast=tuple(map(_clean, data.get("cast") or ())),
            directors=tuple(map(_clean, data.get("directors") or ())),
            genres=tuple(map(_clean, data.get("genres") or ())),
            overview=overview,
            year=int(day[:4]) if day[:4].isdigit() else 0,
            votes=max(0, data.get("vote_count") or 0),
        )

    @property
    def level(self) -> float:
        """The factor of a movie's scores by its votes: from 1 without any to 2. In steps: few votes change none."""
        return 1 + min(64, int(4 * math.log2(1 + self.votes))) / 64

    def mark(self) -> int:
        """A signed number of 64 bits that differs where the index would."""
        parts = (
            self.title,
            self.original_title,
            self.cast,
            self.directors,
            self.genres,
            self.overview,
            self.year,
            self.level,
        )
        digest = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=8).digest()
        return int.from_bytes(digest, "little", signed=True)


def _clean(text: str | None) -> str:
    """A text that UTF-8 can hold: halves of letters are replaced."""
    return text.encode("utf-8", "replace").decode() if text else ""


def name_mark(name: str) -> int:
    """A number of 64 bits for the name of an actor; sums of them differ where the names do, in any order."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def digest_of(ids: bytes, marks: bytes, actors: int) -> str:
    """Returns the name of all texts: the form of the index, and a digest.

    Args:
        ids: of the movies.
        marks: of their texts, in the order of the ids.
        actors: sum of ``name_mark`` of the actors of whom there is a network.
    """
    digest = hashlib.blake2b(f"{len(ids)}:{actors}\n".encode(), digest_size=12)
    digest.update(ids)
    digest.update(marks)
    return f"{_VERSION}-{digest.hexdigest()}"


def have_one_form(name: str, other: str) -> bool:
    """Whether an index that one release made from texts of a name can be asked by the release of another name."""
    return name.partition("-")[0] == other.partition("-")[0]

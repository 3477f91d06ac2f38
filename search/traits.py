"""What a movie is like, as far as its texts say: genres, people, rare words of the overview, and the year. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from search.texts import MovieTexts

_MOST_CAST, _MOST_WORDS, _SHORTEST_WORD, _LONGEST_WORD, _LONGEST_TEXT = 10, 32, 4, 24, 5_000
_WORD = re.compile(r"[^\W\d_]+")
_COMMON_TEXT = (
    "about after again against also although among another around away back because become becomes been before begins "
    "behind being best between both bring brings came come comes could directed discovers down during each even ever "
    "every everyone everything face fight film find finds first five following forced former four friend friends from "
    "gets give given goes going group have help helps here herself himself home into itself join just keep knows last "
    "lead leads learn learns leave left life like live lives living long look looking love made make makes making "
    "many meet meets more most movie must named never next night once only other others over own people place plan "
    "plot real return save seems series several share should show small some somehow something soon start starts "
    "still stop story struggle such take takes tell than that their them themselves then there they thing things this "
    "those three through time together tries trying turn turns under unlike until upon very want wants well were what "
    "when where which while whose will with within without woman work world would year years young your"
)
_COMMON = frozenset(_COMMON_TEXT.split())
"""Words that say little about a movie although they have many letters."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a movie is like.

    Args:
        genres, cast, directors: names as stored; the cast in order.
        words: words of the overview, in small letters, that are neither common nor names of its people.
        year: of the release; 0: unknown.
    """

    genres: Sequence[str] = ()
    cast: Sequence[str] = ()
    directors: Sequence[str] = ()
    words: Sequence[str] = ()
    year: int = 0

    @classmethod
    def of(cls, texts: MovieTexts) -> Traits:
        return cls(
            texts.genres,
            texts.cast,
            texts.directors,
            _overview_words(texts),
            texts.year,
        )

    @classmethod
    def load(cls, shown: bytes, rest: bytes) -> Traits:
        """Reads the traits from what the index stores."""
        _, _, cast, directors, year = orjson.loads(shown)
        genres, words = orjson.loads(rest)
        return cls(genres, cast, directors, words, year)

    @property
    def leads(self) -> Sequence[str]:
        """The first of the cast: what the movie is like others by."""
        return self.cast[:_MOST_CAST]

    @property
    def others(self) -> Sequence[str]:
        """The rest of the cast."""
        return self.cast[_MOST_CAST:]

    def dump(self) -> bytes:
        """What the index stores beside the texts that it shows."""
        return orjson.dumps([list(self.genres), list(self.words)])


def _overview_words(texts: MovieTexts) -> tuple[str, ...]:
    """The words of the overview that tell movies apart, the first ones; names of the cast are traits of their own."""
    names = {word for name in (*texts.cast, *texts.directors, *texts.genres) for word in _WORD.findall(name.casefold())}
    found = dict.fromkeys(
        word
        for word in _WORD.findall(texts.overview[:_LONGEST_TEXT].casefold())
        if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD and word not in _COMMON and word not in names
    )
    return tuple(found)[:_MOST_WORDS]

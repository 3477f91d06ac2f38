"""What a question may mean: its words, and other ways to read them. Pure.

A reading splits the question into units: "spider man 2" is three words, or "spiderman" and "2". A movie is found if it
has all units of one reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from search.language.numbers import number_forms, number_spans
from search.language.terms import ARTICLES
from search.language.words import split_words

MOST_WORDS, LONGEST_WORD, MOST_LETTERS, _MOST_READINGS = 16, 40, 200, 8
SHORTEST_BEGINNING = 3
"""Letters of a word before the last one that may begin a longer word."""

CONNECTORS = frozenset(("and", "und", "et"))
"""Words that a title may have as a sign, in another language, or not at all."""

_KINDS = "movie movies film films filme pelicula peliculas фильм 映画 电影 電影 영화"
KINDS = frozenset(_KINDS.split())
"""Words for what all answers are. A title may have them, but no question needs them."""

_BESIDE = "watch full online free stream trailer hd dvd about starring with"
FILLERS = KINDS | frozenset(_BESIDE.split())
"""Words that people type beside a title or a name."""

_SHORTEST_PART, _MOST_PARTS, _TELLING_PART = 2, 5, 5
_SHORTEST_BEGUN_WITH_ERROR = 5
_LONGEST_WITH_TWO_ERRORS = 24
"""The work of finding two errors grows fast with the letters."""

Knows = Callable[[str], bool]
"""Says whether any title or person has a term."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One word to find, in all the forms that stand for it.

    Args:
        forms: the first is the word itself.
        is_last: whether the question ends with it, so that it may be the beginning of a word.
    """

    forms: tuple[str, ...]
    is_last: bool = False

    @property
    def word(self) -> str:
        return self.forms[0]


Reading = tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as typed, and its folded words: only the first ``MOST_WORDS``, and ``MOST_LETTERS`` of them, count."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Question:
        text = text.encode("utf-8", "replace").decode()
        words, left = [], MOST_LETTERS
        for word in split_words(text)[:MOST_WORDS]:
            words.append(word[: min(LONGEST_WORD, left)])
            left -= len(words[-1])
            if not left:
                break
        return cls(text, tuple(words))

    @property
    def key(self) -> str:
        """The whole question as one word; of signs alone, the signs."""
        return "".join(self.words) or "".join(self.text.casefold().split())[:LONGEST_WORD]

    def without_fillers(self) -> Question:
        """The question without ``FILLERS``, unless it has no other words than these and articles."""
        words = tuple(word for word in self.words if word not in FILLERS)
        return self if ARTICLES.issuperset(words) else Question(self.text, words)

    def first_reading(self) -> Reading:
        """Every word is a unit."""
        return self._units(self.words)

    def readings(self, knows: Knows) -> list[Reading]:
        """Returns the ways to read the question, the one of its words first.

        Args:
            knows: decides which words joined or split are worth a reading.
        """
        found = [self.words, *self._joined(knows), *self._with_numbers(), self._split(knows)]
        return [self._units(words) for words in dict.fromkeys(found)][:_MOST_READINGS]

    def _joined(self, knows: Knows) -> Iterator[tuple[str, ...]]:
        words = self.words
        for length in (2, 3):
            for start in range(len(words) - length + 1):
                joined = "".join(words[start : start + length])
                if knows(joined):
                    yield (*words[:start], joined, *words[start + length :])

    def _with_numbers(self) -> Iterator[tuple[str, ...]]:
        spans = list(number_spans(self.words))
        if spans:
            words = list(self.words)
            for start, end, digits in reversed(spans):
                words[start:end] = [digits]
            yield tuple(words)

    def _split(self, knows: Knows) -> tuple[str, ...]:
        words = [part for word in self.words for part in ([word] if knows(word) else split_word(word, knows))]
        return tuple(words[:MOST_WORDS])

    def _units(self, words: Sequence[str]) -> Reading:
        last = len(words) - 1
        return tuple(
            Unit(
                (word, *number_forms(word, is_last=place == last > 0)),
                # The last part of a split word begins no other one: "tinan" means no "tin" beside an "Angelina".
                is_last=place == last and word.endswith(self.words[-1]),
            )
            for place, word in enumerate(words)
        )


def split_word(word: str, knows: Knows) -> list[str]:
    """Splits a word into the fewest known words; returns it whole if there is no way."""
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, part = best[start], word[start:end]
            if before is None or len(before) >= _MOST_PARTS or not (len(part) >= _SHORTEST_PART or part.isdigit()):
                continue
            here = best[end]
            if (here is None or len(before) + 1 < len(here)) and knows(part):
                best[end] = [*before, part]
    found = best[-1] or [word]
    # Very short parts alone, such as "me" and "to", are met anywhere.
    return found if any(len(part) >= _TELLING_PART or part.isdigit() for part in found) else [word]


def allowed_errors(word: str) -> int:
    """Typing errors allowed in a word: 1 from four letters, 2 from eight to 24; none in numbers."""
    if word.isdigit() or len(word) < 4:
        return 0
    return 2 if 8 <= len(word) <= _LONGEST_WITH_TWO_ERRORS else 1


def may_begin_with_error(word: str) -> bool:
    """Whether a word with an error may be the beginning of another one: short ones would begin too many."""
    return len(word) >= _SHORTEST_BEGUN_WITH_ERROR and allowed_errors(word) > 0

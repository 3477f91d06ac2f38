"""Says why a movie was found: in which text each word of the question was met, and where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from search.language.distance import count_errors
from search.language.numbers import number_forms
from search.language.terms import name_terms, title_terms
from search.language.words import is_unspaced, split_words
from search.question import Question, allowed_errors

IN_TITLE, IN_ORIGINAL, BY_PERSON, BY_YEAR, CORRECTED = "title", "original_title", "person", "year", "corrected_word"
KINDS = (IN_TITLE, IN_ORIGINAL, BY_PERSON, BY_YEAR, CORRECTED)

_PIECE = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*|[^\w\s]")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """The texts of a movie that may be shown."""

    title: str
    original_title: str
    cast: Sequence[str]
    directors: Sequence[str]

    @property
    def people(self) -> list[str]:
        return list(dict.fromkeys((*self.cast, *self.directors)))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a movie was found.

    Args:
        matched: some of ``KINDS``, in their order.
        title: which letters of the title were met, as half-open intervals; likewise ``original_title``.
        people: the names that were met.
        original_text: the original title, where something of it was met.
    """

    matched: tuple[str, ...]
    title: tuple[Span, ...]
    original_title: tuple[Span, ...]
    people: tuple[str, ...]
    original_text: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The reason as answers tell it."""
        spans = {"title": self.title, "original_title": self.original_title}
        return {
            "original_title": self.original_text,
            "matched": list(self.matched),
            "highlights": {
                **{name: [{"start": start, "end": end} for start, end in met] for name, met in spans.items()},
                "people": list(self.people),
            },
        }


NO_REASON: Final = Reason((), (), (), ())
"""The reason of a movie that no question asked for."""


def explain_hit(question: Question, shown: Shown) -> Reason:
    """Says why a movie was found."""
    kinds: set[str] = set()
    terms: dict[str, set[str]] = {IN_TITLE: set(), IN_ORIGINAL: set(), BY_PERSON: set()}
    texts = _texts(shown)
    for place, word in enumerate(question.words):
        for kind, term, is_corrected in _meet(question, place, word, texts):
            kinds.add(kind)
            terms.setdefault(kind, set()).add(term)
            if is_corrected:
                kinds.add(CORRECTED)
    people = tuple(name for name in shown.people if terms[BY_PERSON] & set(_name(name)))
    return Reason(
        matched=tuple(kind for kind in KINDS if kind in kinds),
        title=_spans(shown.title, terms[IN_TITLE]),
        original_title=_spans(shown.original_title, terms[IN_ORIGINAL]),
        people=people,
        original_text=shown.original_title if IN_ORIGINAL in kinds else None,
    )


def show_question(question: Question, shown: Shown) -> str:
    """Returns the question with the words that a movie has in place of those typed."""
    texts, words = _texts(shown), []
    for place, word in enumerate(question.words):
        met = list(_meet(question, place, word, texts))
        words += [met[0][1]] if met and met[0][0] != BY_YEAR else [word] if met else []
    return " ".join(dict.fromkeys(words))


def _texts(shown: Shown) -> Mapping[str, frozenset[str]]:
    return {
        IN_TITLE: _title(shown.title),
        IN_ORIGINAL: _title(shown.original_title),
        BY_PERSON: frozenset(term for name in shown.people for term in _name(name)),
    }


@lru_cache(1024)
def _title(text: str) -> frozenset[str]:
    return frozenset(title_terms(text))


@lru_cache(1024)
def _name(text: str) -> frozenset[str]:
    return frozenset(name_terms(text))


def _meet(
    question: Question, place: int, word: str, texts: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str, bool]]:
    """Yields where a word was met, as (kind, term, whether the word was corrected): the closest way alone."""
    words, is_last = question.words, place == len(question.words) - 1
    forms = {word, *number_forms(word, is_last=is_last and place > 0)}
    neighbours = {"".join(words[start:end]) for start in (place - 1, place) for end in (start + 2,) if start >= 0}
    for kind, terms in texts.items():
        if is_unspaced(word) and all(letter in terms for letter in word):
            yield kind, word, False
            return
    for wanted in (forms, neighbours):
        found = [(kind, term, False) for kind, terms in texts.items() for term in sorted(wanted & terms)]
        if found:
            yield from found
            return
    if word.isdigit() and len(word) == 4:
        yield BY_YEAR, word, False
        return
    for kind, terms in texts.items():
        longer = min((term for term in terms if term.startswith(word)), key=len, default=None)
        if longer is not None:
            yield kind, longer, not is_last
            return
    yield from _meet_with_errors(word, texts)


def _meet_with_errors(word: str, texts: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str, bool]]:
    most = allowed_errors(word)
    near = [
        (errors, len(term), kind, term)
        for kind, terms in texts.items()
        for term in terms
        if most and (errors := count_errors(word, term, most)) is not None
    ]
    if near:
        fewest = min(near)
        yield fewest[2], fewest[3], True


def _spans(text: str, terms: set[str]) -> tuple[Span, ...]:
    """Where the pieces of a text are that some terms stand for."""
    found = []
    for piece in _PIECE.finditer(text):
        words = split_words(piece[0])
        runs = [term for term in terms if is_unspaced(term) and term in piece[0]]
        if runs:
            found += [
                (piece.start() + piece[0].index(run), piece.start() + piece[0].index(run) + len(run)) for run in runs
            ]
        elif any(word in term for word in words for term in terms if _stands_for(word, term)):
            found.append(piece.span())
    return tuple(sorted(found))


def _stands_for(word: str, term: str) -> bool:
    """Whether a term is a word of the text, a number of it, or made of it and its neighbours."""
    return word == term or term in number_forms(word, is_last=True) or (len(word) > 1 and word in term)

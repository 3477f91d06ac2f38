"""Says why a movie was found: in which text each word of the question was met, and where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from search.language.distance import count_errors
from search.language.numbers import NUMBER_WORDS, number_forms, number_spans
from search.language.terms import name_terms, question_keys, title_keys, title_terms
from search.language.words import is_unspaced, split_words
from search.question import LONGEST_WORD, SHORTEST_BEGINNING, Question, allowed_errors, may_begin_with_error, split_word

IN_TITLE, IN_ORIGINAL, BY_PERSON, BY_YEAR, CORRECTED = "title", "original_title", "person", "year", "corrected_word"
KINDS = (IN_TITLE, IN_ORIGINAL, BY_PERSON, BY_YEAR, CORRECTED)

_LETTER = r"(?:[^\W_]|[\u0300-\u036f])"
_PIECE = re.compile(rf"{_LETTER}+(?:['’`´]{_LETTER}+)*|[^\w\s]")
_LONGEST_NUMBER = 8
"""Words of a number written out, at most."""

Span = tuple[int, int]

_LONGEST_TEXT = 500
"""Letters of a title in which words are marked; the longest of TMDB has half as many."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The texts of a movie that may be shown."""

    title: str
    original_title: str
    cast: Sequence[str]
    directors: Sequence[str]
    year: int = 0

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
    for kind, term, is_corrected in _meet_all(question, texts, shown.year):
        kinds.add(kind)
        terms.setdefault(kind, set()).add(term)
        if is_corrected:
            kinds.add(CORRECTED)
    people = {name: met for name in shown.people if (met := terms[BY_PERSON] & _name(name))}
    return Reason(
        matched=tuple(kind for kind in KINDS if kind in kinds),
        title=_spans(shown.title[:_LONGEST_TEXT], terms[IN_TITLE]),
        original_title=_spans(shown.original_title[:_LONGEST_TEXT], terms[IN_ORIGINAL]),
        # Of Tom Hanks and Tom Sizemore, "tom hanks" means one.
        people=tuple(name for name, met in people.items() if not any(met < more for more in people.values())),
        original_text=shown.original_title if IN_ORIGINAL in kinds else None,
    )


def show_question(question: Question, shown: Shown) -> str:
    """Returns the question with the words that a movie has in place of those typed."""
    texts, words = _texts(shown), []
    for place, word in enumerate(question.words):
        met = list(_meet(question, place, word, texts, shown.year))
        words += [met[0][1]] if met and met[0][0] != BY_YEAR else [word] if met else []
    return " ".join(dict.fromkeys(words or (term for _, term, _ in _meet_all(question, texts, shown.year))))


def is_near(question: Question, title: str) -> bool:
    """Whether a question is a whole title but for one typing error at most."""
    keys = title_keys(title[:_LONGEST_TEXT])
    return any(count_errors(each, key, 1) is not None for each in question_keys(question.words) for key in keys)


def _texts(shown: Shown) -> Mapping[str, frozenset[str]]:
    return {
        IN_TITLE: _title(shown.title[:_LONGEST_TEXT]),
        IN_ORIGINAL: _title(shown.original_title[:_LONGEST_TEXT]),
        BY_PERSON: frozenset(term for name in shown.people for term in _name(name)),
    }


@lru_cache(512)
def _title(text: str) -> frozenset[str]:
    return frozenset(title_terms(text))


@lru_cache(512)
def _name(text: str) -> frozenset[str]:
    return frozenset(name_terms(text))


def _meet_all(question: Question, texts: Mapping[str, frozenset[str]], year: int) -> Iterator[tuple[str, str, bool]]:
    """Yields where the words were met; or where all were as one: "gost busters" in *Ghostbusters*."""
    met = [each for place, word in enumerate(question.words) for each in _meet(question, place, word, texts, year)]
    yield from met or _meet_with_errors(question.key[:LONGEST_WORD], texts, is_begun=False)


def _meet(
    question: Question, place: int, word: str, texts: Mapping[str, frozenset[str]], year: int
) -> Iterator[tuple[str, str, bool]]:
    """Yields where a word was met, as (kind, term, whether the word was corrected): the closest way alone."""
    words, is_last = question.words, place == len(question.words) - 1
    forms = {word, *number_forms(word, is_last=is_last and place > 0)}
    neighbours = {
        "".join(words[start : start + length])
        for length in (2, 3)
        for start in range(max(0, place - length + 1), place + 1)
        if start + length <= len(words)
    }
    for kind, terms in texts.items():
        if is_unspaced(word) and all(letter in terms for letter in word):
            yield kind, word, False
            return
    for wanted in (forms, neighbours):
        found = [(kind, term, False) for kind, terms in texts.items() for term in sorted(wanted & terms)]
        if found:
            yield from found
            return
    if word.isdigit() and len(word) == 4 and int(word) == year:
        yield BY_YEAR, word, False
        return
    at_end = ["".join(words[start:]) for start in range(max(0, len(words) - 3), place + 1)]
    for begun in ([word] if is_last or len(word) >= SHORTEST_BEGINNING else []) + at_end:
        for kind, terms in texts.items():
            # Of those of one length always the same one, whatever the order of a set is in this process.
            longer = min(((len(term), term) for term in terms if term.startswith(begun)), default=(0, None))[1]
            if longer is not None:
                yield kind, longer, begun is word and not is_last
                return
    parts = split_word(word, lambda part: any(part in terms for terms in texts.values()))
    if len(parts) > 1:
        yield from ((kind, part, False) for part in parts for kind, terms in texts.items() if part in terms)
        return
    yield from _meet_with_errors(word, texts, is_begun=is_last and may_begin_with_error(word))


def _meet_with_errors(
    word: str, texts: Mapping[str, frozenset[str]], *, is_begun: bool
) -> Iterator[tuple[str, str, bool]]:
    """Yields the closest term; of those that the last word only begins, with one error, the shortest."""
    most, letters = allowed_errors(word), frozenset(word)
    near = [
        (begins, errors, len(term), kind, term)
        for kind, terms in texts.items()
        for term in terms
        # An error takes away one letter at most.
        if most and len(letters.difference(term)) <= most
        for begins in (False, True)[: 1 + is_begun]
        if (errors := _begin_errors(word, term) if begins else count_errors(word, term, most)) is not None
    ]
    if near:
        *_, kind, term = min(near)
        yield kind, term, True


def _begin_errors(word: str, term: str) -> int | None:
    """The errors, at most one, with which a word is a beginning of a term; ``None``: it is none."""
    beginnings = (term[:length] for length in range(len(word) - 1, len(word) + 2))
    return min((errors for each in beginnings if (errors := count_errors(word, each, 1)) is not None), default=None)


def _spans(text: str, terms: set[str]) -> tuple[Span, ...]:
    """Where the pieces of a text are that some terms stand for, alone or together with their neighbours."""
    if not terms:
        return ()
    pieces = [(piece, split_words(piece[0])) for piece in _PIECE.finditer(text)]
    found = {span for piece, words in pieces for span in _runs_in(piece, words, terms)}
    longest = max(map(len, terms))
    for first in range(len(pieces)):
        words: list[str] = []
        for last in range(first, len(pieces)):
            words += pieces[last][1]
            if len(words) > 1 and sum(map(len, words)) > longest and len(words) > _LONGEST_NUMBER:
                break
            if pieces[first][1] and pieces[last][1] and _are(words, terms, is_last=last == len(pieces) - 1 > 0):
                found |= {piece.span() for piece, own in pieces[first : last + 1] if own}
    return tuple(sorted(found))


def _runs_in(piece: re.Match[str], words: Sequence[str], terms: set[str]) -> Iterator[Span]:
    """Where in a piece terms are that are found from any place; all of it where its letters are folded."""
    for term in terms:
        if is_unspaced(term) and any(term in word for word in words):
            start = piece[0].find(term)
            yield piece.span() if start < 0 else (piece.start() + start, piece.start() + start + len(term))


def _are(words: Sequence[str], terms: set[str], *, is_last: bool) -> bool:
    """Whether one of some terms stands for neighbouring words taken together."""
    if "".join(words) in terms:
        return True
    if len(words) == 1:
        return not terms.isdisjoint(number_forms(words[0], is_last=is_last))
    if len(words) > _LONGEST_NUMBER or words[0] not in NUMBER_WORDS:
        return False
    return any((start, end) == (0, len(words)) and digits in terms for start, end, digits in number_spans(words))

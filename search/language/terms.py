"""The terms by which titles and names are found in the index. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from search.language.numbers import in_digits, number_forms, number_spans
from search.language.words import is_unspaced, split_words

_ARTICLES = "the a an der die das le la les l el los las il lo i gli un une ein eine o os as"
ARTICLES = frozenset(_ARTICLES.split())
LONGEST_BEGINNING = 3
"""Letters of the beginnings that are terms of their own, since very many words begin so."""

_SMALL_WORDS = "a an and at by for in is me my of on the to with"
_GLUE = frozenset(_SMALL_WORDS.split())
"""Words that are never written as one: "inan" is no word of "Girl in an Attic", but near many misspelt ones."""

_LONGEST_JOINED, _MOST_JOINED = 24, 3
_TITLES_AFTER_NAMES = frozenset(("jr", "sr"))


def title_terms(title: str) -> list[str]:
    """Returns the terms of a title, each once: words, neighbours as one word, numbers in digits, parts of runs."""
    words = split_words(title)
    return list(dict.fromkeys(_terms(words)))


@lru_cache(2_000)
def name_terms(name: str) -> tuple[str, ...]:
    """Returns the terms of a person's name, each once."""
    words = split_words(name)
    return tuple(dict.fromkeys([*_parts(words), *_joined(words)]))


def beginnings(terms: Iterable[str]) -> list[str]:
    """Returns the short beginnings of some terms, each once."""
    return list(dict.fromkeys(term[:length] for term in terms for length in range(1, LONGEST_BEGINNING + 1)))


def title_keys(title: str) -> list[str]:
    """Returns the keys of a whole title: its words as one, also without an article before them.

    A title of signs alone is its own key.
    """
    words = split_words(title)
    forms = [words, [word for word in words if word != "and"], _numbered(words)]
    forms += [form[1:] for form in forms if len(form) > 1 and form[0] in ARTICLES]
    keys = map("".join, forms) if words else ["".join(title.casefold().split())]
    return list(dict.fromkeys(filter(None, keys)))


@lru_cache(2_000)
def person_keys(name: str) -> tuple[str, ...]:
    """Returns the keys of a whole name: its words as one, also without initials and "Jr."."""
    words = split_words(name)
    short = [word for word in words if len(word) > 1 and word not in _TITLES_AFTER_NAMES]
    return tuple(dict.fromkeys(filter(None, ("".join(words), "".join(short)))))


def run_terms(run: str) -> list[str]:
    """Returns the terms that a run of letters without blanks must all have: its neighbours, or its only letter."""
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def question_keys(words: Sequence[str]) -> list[str]:
    """Returns the keys of the whole titles that a question's words may be."""
    return list(dict.fromkeys(("".join(words), "".join(_numbered(words)))))


def _numbered(words: Sequence[str]) -> list[str]:
    """Words with every number in digits, also one that takes several words."""
    numbered = [in_digits(word, is_last=place == len(words) - 1 > 0) for place, word in enumerate(words)]
    for start, end, digits in reversed(list(number_spans(words))):
        numbered[start:end] = [digits]
    return numbered


def _terms(words: Sequence[str]) -> Iterator[str]:
    yield from _parts(words)
    for place, word in enumerate(words):
        yield from number_forms(word, is_last=place == len(words) - 1 > 0)
    for _, _, digits in number_spans(words):
        yield digits
    yield from _joined(words)


def _parts(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if is_unspaced(word):
            yield from word
            yield from run_terms(word)
        else:
            yield word


def _joined(words: Sequence[str]) -> Iterator[str]:
    for start in range(len(words)):
        joined, is_initials = words[start], len(words[start]) == 1
        for place in range(start + 1, len(words)):
            is_initials = is_initials and len(words[place]) == 1
            joined += words[place]
            if is_unspaced(words[place]) or len(joined) > _LONGEST_JOINED:
                break
            if place - start >= _MOST_JOINED and not is_initials:
                break
            if is_initials or not _GLUE.issuperset(words[start : place + 1]):
                yield joined

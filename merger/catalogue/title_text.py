"""Folding and matching of titles and names. Pure.

Case and accents are dropped, apostrophes too, and everything that is neither a letter nor a digit parts words. A title
matches when every word of the query begins one of its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

EXACT, PREFIX, WORDS = 0, 1, 2
"""How well a title matches: it is the query; it begins with it; it has all its words."""


_APOSTROPHES = re.compile("['’ʼ`´]")


_WORD = re.compile(r"[^\W_]+")


# Letters that are not a base letter with a mark, so that taking marks off leaves them as they are.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})


def normalise_words(text: str) -> tuple[str, ...]:
    """A text's words without case, accents and apostrophes."""
    bare = text.lower() if text.isascii() else _without_marks(text)
    return tuple(_WORD.findall(_APOSTROPHES.sub("", bare)))


def _without_marks(text: str) -> str:
    # Compatibility forms such as 𝑨 have their case only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold())
    plain = decomposed.translate(_LETTERS)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def title_matcher(words: tuple[str, ...]) -> Callable[[str], int | None]:
    """For a query's words, a function: a folded title → how well it matches; ``None``: not at all."""
    query, beginnings = join_words(words), [f" {word}" for word in words]

    def rank(title: str) -> int | None:
        if not words:
            return None
        if title.startswith(query):
            return EXACT if title == query else PREFIX
        return WORDS if all(beginning in title for beginning in beginnings) else None

    return rank


def join_words(words: tuple[str, ...]) -> str:
    """Words as `` word word``, so that a blank stands before each."""
    return "".join(f" {word}" for word in words)

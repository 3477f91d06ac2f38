"""Normalises and matches titles and names. Pure.

Case, accents and apostrophes are dropped; every other character that is neither letter nor digit separates words. A
title matches if every word of the query is the beginning of one of its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

EXACT, PREFIX, WORDS = 0, 1, 2
"""Ranks of a match: the title is the query, begins with it, or contains all its words."""


_APOSTROPHES = re.compile("['’ʼ`´]")


_WORD = re.compile(r"[^\W_]+")


# Letters that do not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})


def normalise_words(text: str) -> tuple[str, ...]:
    """Returns a text's words without case, accents and apostrophes."""
    bare = text.lower() if text.isascii() else _strip_marks(text)
    return tuple(_WORD.findall(_APOSTROPHES.sub("", bare)))


def _strip_marks(text: str) -> str:
    # Compatibility forms such as 𝑨 have a case only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold())
    plain = decomposed.translate(_LETTERS)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def title_matcher(words: tuple[str, ...]) -> Callable[[str], int | None]:
    """Returns a function that ranks a normalised title against a query's words; ``None``: no match."""
    query, beginnings = join_words(words), [f" {word}" for word in words]

    def rank(title: str) -> int | None:
        if not words:
            return None
        if title.startswith(query):
            return EXACT if title == query else PREFIX
        return WORDS if all(beginning in title for beginning in beginnings) else None

    return rank


def join_words(words: tuple[str, ...]) -> str:
    """Joins words as `` word word``, with a space before each."""
    return "".join(f" {word}" for word in words)

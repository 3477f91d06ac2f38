"""Folds names of persons: two spellings of one name are equal. Pure.

Not as ``words.fold`` does: a name keeps its slashes, ``&`` is no word in it, and initials are one word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from search.language.words import LETTERS

_DROPPED = re.compile("['’ʼ`´.·\u0300-\u036f]")
"""Apostrophes, dots, and the accents of Latin, Greek and Cyrillic letters. Marks of other scripts are letters there."""

# Names in ASCII are the most, and a table is ten times as fast as a look at each letter.
_ASCII = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "/")}
_ASCII |= dict.fromkeys(map(ord, "'`."), "")
_INITIALS = re.compile(r"(?<!\S)(\S) (?=\S(?:\s|$))")


@lru_cache(512)
def fold_name(name: str) -> str:
    """Returns a name's words in lower case, without accents, dots, apostrophes and invisible signs, with one
    blank between them.

    A hyphen separates words, and initials are one word: "J.J. Abrams" and "JJ Abrams" are the same. A name without
    letters and digits stays as it is.
    """
    if name.isascii():
        spaced = name.lower().translate(_ASCII)
    else:
        name = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
        # Compatibility forms such as 𝑨 have a case only once they are decomposed.
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
        plain = _DROPPED.sub("", decomposed).translate(LETTERS)
        spaced = "".join(letter if _is_of_word(letter) else " " for letter in plain)
    words = " ".join(spaced.split())
    return _INITIALS.sub(r"\1", words) or " ".join(name.casefold().split())


def _is_of_word(letter: str) -> bool:
    # A slash stays, since an address with one at its end is another one.
    return letter.isalnum() or letter == "/" or unicodedata.category(letter)[0] == "M"

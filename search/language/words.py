"""Folds texts and splits them into words: without case, accents, apostrophes, marks of direction and signs. Pure.

Scripts that are written without blanks (Chinese, Japanese, Thai) and Hangul make one word of each run; ``terms`` cuts
these into neighbouring letters. Each emoji is a word.
"""

from __future__ import annotations

import re
import unicodedata

# Chinese, Japanese, Korean; Thai, Lao, Myanmar, Khmer.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_MARKS_KEPT = "".join(
    letter
    for letter in map(chr, range(0x0700, 0xFE00))
    if unicodedata.category(letter) in ("Mn", "Mc") and not 0x0E00 <= ord(letter) <= 0x109F
)
_WORD = re.compile(f"[{_UNSPACED}]+|[{_EMOJI}]|(?:(?![{_UNSPACED}])[^\\W_]|[{_MARKS_KEPT}])+")
_PLAIN_WORD = re.compile(r"[a-z0-9]+")
_UNSPACED_WORD = re.compile(f"[{_UNSPACED}]+")

_APOSTROPHES = re.compile("['’ʼ`´‘]")
_AND = re.compile("[&+＆]")
_SIGNS_AS_LETTERS = {"$": "s", "¢": "c", "€": "e", "@": "a"}
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[$¢€@](?=[^\W\d_])")
# Marks of Latin, Greek, Cyrillic, Hebrew and Arabic; those of other scripts are part of a letter.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
"""Letters that do not decompose into a base letter and a mark."""


def fold(text: str) -> str:
    """Returns a text in one form for all its spellings, still with signs and blanks; ``&`` and ``+`` become "and"."""
    if not text.isascii():
        text = "".join(map(_without_format, text))
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = unicodedata.normalize("NFC", _MARKS.sub("", text.translate(LETTERS)))
    text = _SIGN_IN_WORD.sub(lambda found: _SIGNS_AS_LETTERS[found[0]], text.casefold())
    return _AND.sub(" and ", _APOSTROPHES.sub("", text))


def split_words(text: str) -> list[str]:
    """Returns the folded words of a text, in order."""
    folded = fold(text)
    return _PLAIN_WORD.findall(folded) if folded.isascii() else _WORD.findall(folded)


def is_unspaced(word: str) -> bool:
    """Whether a folded word is of a script that is found from any place of it."""
    return _UNSPACED_WORD.fullmatch(word) is not None


def _without_format(letter: str) -> str:
    """A letter, nothing in place of invisible ones, and a blank before raised numbers and fractions."""
    if unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f" or "\U0001f3fb" <= letter <= "\U0001f3ff":
        return ""
    if letter.isdigit() or letter.isnumeric():
        how = unicodedata.decomposition(letter)
        if how.startswith(("<super>", "<fraction>")):
            return f" {letter}"
    return letter

"""The text on a title card: what of a title can be drawn, its initials, and its lines. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 80
"""Characters of a title that are looked at; a card has no room for more."""

_JOINERS: Final = "\u200c\u200d"
"""Invisible, but parts of Persian words and of emoji."""

_MARKS_IN_A_ROW: Final = 2
_LEFT_OUT: Final = frozenset(("a", "an", "the", "of", "and", "or", "in", "to"))
_NUMBER_CHARS: Final = 4
_WIDE, _CAPITAL, _USUAL, _NARROW = 1.08, 0.8, 0.64, 0.37
_SLIM: Final = frozenset("iljtfrI1.,:;!|'’()[] -")


def clean(text: str | None) -> str:
    """Returns the start of a text without what can't be drawn or turns the line around, spaces made single."""
    kept: list[str] = []
    marks = 0
    for char in (text or "")[: 4 * LONGEST]:
        category = unicodedata.category(char)
        marks = marks + 1 if category.startswith("M") else 0
        if char.isspace():
            kept.append(" ")
        elif marks <= _MARKS_IN_A_ROW and (category[0] != "C" or char in _JOINERS):
            kept.append(char)
    return " ".join("".join(kept).split())[:LONGEST].strip()


def initials(title: str) -> str:
    """Returns one or two capitals, or a number that a title starts with; empty for a title without letters."""
    words = ["".join(filter(str.isalnum, word)) for word in title.split()]
    words = [word for word in words if word]
    words = [word for word in words if word.casefold() not in _LEFT_OUT] or words
    if words and words[0].isdecimal():
        return words[0][:_NUMBER_CHARS]
    return "".join(word[0].upper()[:1] for word in words[:2])


def is_right_to_left(title: str) -> bool:
    """Whether the first letter with a direction is written from right to left."""
    directions = (unicodedata.bidirectional(char) for char in title)
    return next((each in ("R", "AL") for each in directions if each in ("L", "R", "AL")), False)


def isolated(text: str) -> str:
    """Marks a text as one from right to left, for renderers that know no ``direction``."""
    return f"\u2067{text}\u2069"


def lines(title: str, width: float, most: int) -> list[str]:
    """Breaks a title into lines.

    Args:
        title: a clean one.
        width: of a line, in heights of the font.
        most: number of lines; what is left over becomes an ellipsis.
    """
    result = [""]
    for word in _short_words(title, width):
        longer = f"{result[-1]} {word}".strip()
        if result[-1] and _width(longer) > width:
            result.append(word)
        else:
            result[-1] = longer
    if len(result) > most:
        last = result[most - 1]
        while last and _width(f"{last}…") > width:
            last = last[:-1]
        result = [*result[: most - 1], f"{last.rstrip()}…"]
    return [line for line in result if line]


def _short_words(title: str, width: float) -> list[str]:
    """The words, of which those that are longer than a line are cut."""
    result = []
    for word in title.split():
        piece = ""
        for char in word:
            if piece and _width(piece + char) > width:
                result.append(piece)
                piece = ""
            piece += char
        result.append(piece)
    return result


def _width(text: str) -> float:
    return sum(map(_char_width, text))


def _char_width(char: str) -> float:
    category = unicodedata.category(char)
    if category.startswith("M") or char in _JOINERS:
        return 0.0
    if unicodedata.east_asian_width(char) in "WF" or char in "MWmw%@—…":
        return _WIDE
    if char in _SLIM:
        return _NARROW
    return _CAPITAL if category in ("Lu", "Nd", "So") else _USUAL

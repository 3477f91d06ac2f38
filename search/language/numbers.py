"""Numbers in titles and questions, however they are written: as digits, words or Roman numerals. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate(_UNITS.split())}
_ROUND = {word: 10 * (place + 2) for place, word in enumerate(_TENS.split())}
_LARGE = {"hundred": 100, "thousand": 1000}
NUMBER_WORDS = frozenset((*_SMALL, *_ROUND, "a"))
"""Words with which a number of several words may begin."""

_FIRST = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
_ORDINALS = {
    word: f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }" for number, word in enumerate(_FIRST.split(), 1)
}
_ROMAN = re.compile(r"(?=[ivx])(x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
# Digits that stand for letters, as in "Se7en".
_DIGITS_AS_LETTERS = str.maketrans("013457", "oieast")
_MIXED = re.compile(r"[a-z]+[0-9]+[a-z]+")


def number_forms(word: str, *, is_last: bool = False) -> tuple[str, ...]:
    """Returns the other forms by which a folded word is found: its number in digits, or its letters.

    Args:
        word: as ``split_words`` gives it.
        is_last: whether it ends a text of several words, where a single letter may be a Roman numeral.
    """
    forms = []
    number = _SMALL.get(word, _ROUND.get(word, _LARGE.get(word)))
    if number is not None:
        forms.append(str(number))
    elif word in _ORDINALS:
        forms.append(_ORDINALS[word])
    elif (roman := _roman(word)) is not None and (len(word) > 1 or is_last):
        forms.append(str(roman))
    elif _MIXED.fullmatch(word):
        forms += [word.translate(_DIGITS_AS_LETTERS), word.replace("7", "v").translate(_DIGITS_AS_LETTERS)]
    return tuple(dict.fromkeys(forms))


def in_digits(word: str, *, is_last: bool = False) -> str:
    """Returns a word with its number in digits: "7" for "seven", "vii" and "se7en"; any other word as it is."""
    for form in number_forms(word, is_last=is_last):
        if form[0].isdigit():
            return form
        if form in _SMALL:
            return str(_SMALL[form])
    return word


def number_spans(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yields where several words are one number, as (first word, word after it, digits): "two thousand and one"."""
    start = 0
    while start < len(words):
        number, end = _read(words, start)
        if end - start > 1:
            yield start, end, str(number)
        start = max(end, start + 1)


def _read(words: Sequence[str], start: int) -> tuple[int, int]:
    """The largest number that begins at a word, and the word after it."""
    total, place = 0, start
    for large, name in ((1000, "thousand"), (100, "hundred")):
        number, end = _read_tens(words, place)
        if end == place and place == start and words[place] == "a":
            number, end = 1, place + 1
        if end > place and end < len(words) and words[end] == name:
            total, place = total + number * large, end + 1
            if place < len(words) - 1 and words[place] == "and" and _read_tens(words, place + 1)[1] > place + 1:
                place += 1
    number, end = _read_tens(words, place)
    return total + number, end


def _read_tens(words: Sequence[str], place: int) -> tuple[int, int]:
    if place >= len(words):
        return 0, place
    word = words[place]
    if word in _ROUND:
        following = _SMALL.get(words[place + 1], 0) if place + 1 < len(words) else 0
        return (_ROUND[word] + following, place + 2) if 0 < following < 10 else (_ROUND[word], place + 1)
    return (_SMALL[word], place + 1) if word in _SMALL else (0, place)


def _roman(word: str) -> int | None:
    if not word or _ROMAN.fullmatch(word) is None:
        return None
    values = [_ROMAN_VALUES[letter] for letter in word]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))

"""Words on title cards: nothing that can't be drawn, and no line that leaves the card."""

from __future__ import annotations

import pytest

from pages.cards.lettering import LONGEST, clean, initials, is_right_to_left, lines


@pytest.mark.parametrize(
    ("title", "found"),
    [
        (None, ""),
        ("  The \n Matrix\t", "The Matrix"),
        ("a\x00b\x1b\u202ec\ufeff\ud800\uffff", "abc"),
        ("e" + "\u0301" * 300, "e\u0301\u0301"),
        ("x" * 400, "x" * LONGEST),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_title_keeps_what_can_be_drawn(title: str | None, found: str) -> None:
    assert clean(title) == found


@pytest.mark.parametrize(
    ("title", "letters"),
    [
        ("The Matrix", "M"),
        ("Fight Club", "FC"),
        ("2001: A Space Odyssey", "2001"),
        ("12 Angry Men", "12"),
        ("élan vital", "ÉV"),
        ("千と千尋の神隠し", "千"),
        ("The", "T"),
        ("ßeta", "S"),
        ("!!! ...", ""),
        ("😀", ""),
        ("", ""),
        ("99999999", "9999"),
    ],
)
def test_initials(title: str, letters: str) -> None:
    assert initials(title) == letters


def test_direction_is_that_of_the_first_letter() -> None:
    assert is_right_to_left("12 قفص")
    assert is_right_to_left("אבא Papa")
    assert not is_right_to_left("Papa אבא")
    assert not is_right_to_left("12 !")


def test_title_is_broken_between_words_and_long_words_inside() -> None:
    assert lines("Fight Club", 8, 3) == ["Fight Club"]
    assert lines("Butch Cassidy and the Sundance Kid", 8, 3) == ["Butch Cassidy", "and the", "Sundance Kid"]
    assert lines("W" * 20, 8, 3) == ["W" * 7, "W" * 7, "W" * 6]
    assert lines("", 8, 3) == []


def test_what_has_no_room_becomes_an_ellipsis() -> None:
    found = lines("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb", 8, 3)
    assert len(found) == 3
    assert found[-1].endswith("…")
    assert len(lines("字" * 80, 8, 3)[0]) == 7

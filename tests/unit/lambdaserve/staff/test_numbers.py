"""Whole numbers in what staff type: huge ones are none, and cost nothing."""

from __future__ import annotations

import pytest

from lambdaserve.staff.numbers import number_in


@pytest.mark.parametrize(
    ("text", "most", "number"),
    [
        ("0", 10, 0),
        ("10", 10, 10),
        ("007", 10, 7),
        ("0" * 5000 + "7", 10, 7),
        ("٣", 10, 3),
        ("11", 10, None),
        ("100", 10, None),
        ("9" * 5000, 10**12, None),
        ("1" + "0" * 12, 10**12, 10**12),
        ("", 10, None),
        ("-1", 10, None),
        ("+1", 10, None),
        ("1.0", 10, None),
        ("²", 10, None),
        (" 1", 10, None),
    ],
)
def test_whole_numbers_up_to_the_bound_are_read(text: str, most: int, number: int | None) -> None:
    assert number_in(text, most) == number

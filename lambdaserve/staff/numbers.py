"""Whole numbers in what staff type or an address says. Pure."""

from __future__ import annotations

from merger.contract.fields import LARGEST_COUNT


def number_in(text: str, most: int = LARGEST_COUNT) -> int | None:
    """The whole number from 0 to ``most`` that a text is; ``None``: it is none of them.

    Python refuses to read thousands of digits, so their number is looked at first.
    """
    if not text.isdecimal() or len(text.lstrip("0")) > len(str(most)):
        return None
    number = int(text[-len(str(most)) :])
    return number if number <= most else None

"""Effort of the tests of many cases: ``TEST_EXAMPLES`` multiplies their examples; ``make nightly`` sets it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_FACTOR = int(os.environ.get("TEST_EXAMPLES", "1"))

IS_THOROUGH = _FACTOR > 1
"""Whether this run takes the time for every case by itself."""


def examples(number: int) -> int:
    """Number of examples of a property test.

    Args:
        number: of a thorough run; an everyday run tries half as many.
    """
    return number * _FACTOR // 2


def some(cases: Sequence[T], one_in: int, first: int = 0) -> Sequence[T]:
    """The cases of a test that has too many for every day; a thorough run tries them all.

    Args:
        cases: all of them.
        one_in: an everyday run tries one in so many.
        first: where it begins, so that tests with the same cases try different ones.
    """
    return cases if IS_THOROUGH else cases[first % one_in :: one_in]

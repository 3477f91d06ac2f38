"""Effort of the property tests: ``TEST_EXAMPLES`` multiplies their examples; ``make nightly`` sets it."""

from __future__ import annotations

import os

_FACTOR = int(os.environ.get("TEST_EXAMPLES", "1"))


def examples(number: int) -> int:
    """Number of examples of a property test.

    Args:
        number: of a thorough run; an everyday run tries half as many.
    """
    return number * _FACTOR // 2

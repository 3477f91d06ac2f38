"""Errors are counted as people make them."""

from __future__ import annotations

import pytest

from search.language.distance import count_errors


@pytest.mark.parametrize(
    ("left", "right", "errors"),
    [("matrix", "matrix", 0), ("matirx", "matrix", 1), ("matix", "matrix", 1), ("mattrix", "matrix", 1),
     ("natrix", "matrix", 1), ("natirx", "matrix", 2), ("abc", "xyz", None), ("a", "abcd", None), ("", "", 0)],
)  # fmt: skip
def test_errors_are_counted(left: str, right: str, errors: int | None) -> None:
    assert count_errors(left, right, 2) == errors
    assert count_errors(right, left, 2) == errors

"""The paginator that peeks one row ahead."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.paginator import EmptyPage

from lambdaserve.staff.paginator import LAST_PAGE, PeekingPaginator


class Rows:
    """So many rows; remembers the slices that were read."""

    def __init__(self, count: int) -> None:
        self.count_of_rows = count
        self.read: list[tuple[int, int]] = []

    def __getitem__(self, wanted: slice) -> list[int]:
        self.read.append((wanted.start, wanted.stop))
        return list(range(self.count_of_rows))[wanted]


@pytest.mark.parametrize(
    ("count", "number", "shown", "has_more"),
    [
        (0, 1, [], False),
        (2, 1, [0, 1], False),
        (3, 1, [0, 1, 2], False),
        (4, 1, [0, 1, 2], True),
        (4, 2, [3], False),
        (9, 2, [3, 4, 5], True),
    ],
)
def test_a_page_reads_one_row_more_and_knows_whether_more_follow(
    count: int, number: int, shown: list[int], *, has_more: bool
) -> None:
    rows = Rows(count)
    paginator = PeekingPaginator(rows, 3, number)
    assert list(paginator.page(number)) == shown
    assert paginator.has_more is has_more
    assert paginator.page(number).has_next() is has_more
    assert rows.read == [(3 * (number - 1), 3 * number + 1)]


@pytest.mark.parametrize(("asked", "number"), [(0, 1), (-5, 1), (LAST_PAGE, LAST_PAGE), (LAST_PAGE + 7, LAST_PAGE)])
def test_a_page_number_stays_within_the_allowed_pages(asked: int, number: int) -> None:
    assert PeekingPaginator(Rows(0), 3, asked).number == number


def test_no_page_follows_the_last_allowed_one() -> None:
    paginator = PeekingPaginator(Rows(10 * LAST_PAGE), 3, LAST_PAGE)
    assert paginator.has_more
    assert paginator.num_pages == LAST_PAGE
    assert not paginator.page(LAST_PAGE).has_next()


def test_a_page_beyond_the_rows_is_empty() -> None:
    paginator: Any = PeekingPaginator(Rows(2), 3, 1)
    with pytest.raises(EmptyPage):
        paginator.page(2)

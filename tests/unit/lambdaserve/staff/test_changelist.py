"""The list of stored documents: numbers of rows and links to other pages."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.staff.changelist import DocumentList
from lambdaserve.staff.paginator import LAST_PAGE, PeekingPaginator


def document_list(number: int, count: int = 10_000, per_page: int = 50) -> DocumentList:
    """A page of a list of so many rows, as Django would have made it."""
    made = DocumentList.__new__(DocumentList)
    made.paginator = PeekingPaginator(range(count), per_page, number)
    made.page_num, made.list_per_page, made.params, made.filter_params = number, per_page, {"q": "x"}, {"q": ["x"]}
    made.result_list = made.paginator.rows[:per_page]
    return made


def test_rows_are_numbered_through_all_pages() -> None:
    assert [document_list(1).first_row, document_list(1).last_row] == [1, 50]
    third = document_list(3, count=120)
    assert [third.first_row, third.last_row] == [101, 120]


@pytest.mark.parametrize(
    ("number", "count", "previous", "following"),
    [
        (1, 50, None, None),
        (1, 51, None, "?p=2&q=x"),
        (2, 101, "?p=1&q=x", "?p=3&q=x"),
        (2, 100, "?p=1&q=x", None),
        (LAST_PAGE, 100_000, f"?p={LAST_PAGE - 1}&q=x", None),
    ],
)
def test_links_lead_to_existing_pages_only(
    number: int, count: int, previous: str | None, following: str | None
) -> None:
    page = document_list(number, count)
    assert (page.previous_page, page.next_page) == (previous, following)


def test_an_order_is_left_as_the_index_has_it() -> None:
    ordering: Any = ["-computed_at"]
    assert document_list(1)._get_deterministic_ordering(ordering) == ["-computed_at"]

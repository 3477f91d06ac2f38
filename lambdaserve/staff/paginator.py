"""Paginator for lists of up to a hundred million rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

LAST_PAGE: Final = 200
"""Last page that can be opened, since MongoDB reads every row before a page. Filters make later rows reachable."""

if TYPE_CHECKING:  # generic for the type checker alone
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class PeekingPaginator(_Paginator):
    """Reads one page and one row more, which shows whether there is a next page; counts nothing.

    Requirement O4.

    Args:
        queryset: all rows, in order.
        per_page: rows on a page.
        number: the requested page, from 1.
    """

    def __init__(self, queryset: Any, per_page: int, number: int) -> None:
        super().__init__(queryset, per_page)
        self.number = min(max(1, number), LAST_PAGE)

    @cached_property
    def rows(self) -> list[Any]:
        """The page's rows, and one more if there is one."""
        offset = (self.number - 1) * self.per_page
        queryset: Any = self.object_list
        return list(queryset[offset : offset + self.per_page + 1])

    @cached_property
    def count(self) -> int:
        """Rows up to and including the first of the next page; no page follows ``LAST_PAGE``."""
        return min((self.number - 1) * self.per_page + len(self.rows), LAST_PAGE * self.per_page)

    @property
    def has_more(self) -> bool:
        """Whether there are rows after the page."""
        return len(self.rows) > self.per_page

    def page(self, number: Any) -> Page[Any]:
        """Returns the requested page, the only one that is read."""
        return Page(self.rows[: self.per_page], self.validate_number(number), self)

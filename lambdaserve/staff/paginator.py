"""Pages of a list that may have a hundred million rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

LAST_PAGE: Final = 200
"""The server goes through all that lies before a page, so there is an end to pages; filters lead further."""

if TYPE_CHECKING:  # generic for the type checker alone
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class PeekingPaginator(_Paginator):
    """Counts nothing: reads the rows of one page and one more, which tells whether there is a next page (O4).

    Args:
        queryset: all rows, in order.
        per_page: rows on a page.
        number: of the page that is wanted, from 1.
    """

    def __init__(self, queryset: Any, per_page: int, number: int) -> None:
        super().__init__(queryset, per_page)
        self.number = min(max(1, number), LAST_PAGE)

    @cached_property
    def rows(self) -> list[Any]:
        """Of the page, and one more where there is one."""
        offset = (self.number - 1) * self.per_page
        queryset: Any = self.object_list
        return list(queryset[offset : offset + self.per_page + 1])

    @cached_property
    def count(self) -> int:
        """Rows up to here, the first one of the next page among them; of the last page none follows."""
        seen = (self.number - 1) * self.per_page + len(self.rows)
        return min(seen, LAST_PAGE * self.per_page)

    @property
    def goes_on(self) -> bool:
        """Whether there are more rows than the page's."""
        return len(self.rows) > self.per_page

    def page(self, number: Any) -> Page[Any]:
        """The page that was wanted; of others nothing is known."""
        return Page(self.rows[: self.per_page], self.validate_number(number), self)

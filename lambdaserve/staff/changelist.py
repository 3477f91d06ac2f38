"""The list of stored documents."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.http import HttpRequest

from lambdaserve.staff.paginator import LAST_PAGE, PeekingPaginator


class DocumentList(ChangeList):
    """Django's, in the order of an index, with one query for a page."""

    def get_results(self, request: HttpRequest) -> None:
        """Django asks again where all fits on one page."""
        super().get_results(request)
        if isinstance(self.paginator, PeekingPaginator):
            self.result_list = self.paginator.rows[: self.list_per_page]

    @property
    def first_row(self) -> int:
        """Number of the first row shown, from 1."""
        return (self.page_num - 1) * self.list_per_page + 1

    @property
    def last_row(self) -> int:
        """Number of the last one."""
        return self.first_row + len(self.result_list) - 1

    @property
    def previous_page(self) -> str | None:
        """Its query string."""
        return self.get_query_string({PAGE_VAR: self.page_num - 1}) if self.page_num > 1 else None

    @property
    def next_page(self) -> str | None:
        """Its query string; ``None``: there is none, or it lies too deep."""
        goes_on = isinstance(self.paginator, PeekingPaginator) and self.paginator.goes_on
        return self.get_query_string({PAGE_VAR: self.page_num + 1}) if goes_on and self.page_num < LAST_PAGE else None

    def _get_deterministic_ordering(self, ordering: Any) -> list[Any]:
        # Django adds the id to every order that is not unique, for which MongoDB would sort all that matches.
        # Documents of one moment come in the order in which the index holds them.
        return list(ordering)

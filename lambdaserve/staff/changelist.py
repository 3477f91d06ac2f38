"""Admin list of stored documents."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.http import HttpRequest
from django.urls import reverse

from lambdaserve.staff.paginator import LAST_PAGE, PeekingPaginator
from merger.operations.stored_document import id_text


class DocumentList(ChangeList):
    """Django's list, in the order of an index and with one query per page."""

    paginator: PeekingPaginator

    def get_results(self, request: HttpRequest) -> None:
        """Takes the page's rows from the paginator; Django would query again where all fit on one page."""
        super().get_results(request)
        self.result_list = self.paginator.rows[: self.list_per_page]

    def url_for_result(self, result: Any) -> str:
        """Returns the address of a document's page; its id may be of any type."""
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(address, args=(quote(id_text(result.pk)),), current_app=self.model_admin.admin_site.name)

    @property
    def first_row(self) -> int:
        """Number of the first row on the page, from 1."""
        return (self.page_num - 1) * self.list_per_page + 1

    @property
    def last_row(self) -> int:
        """Number of the last row on the page."""
        return self.first_row + len(self.result_list) - 1

    @property
    def previous_page(self) -> str | None:
        """Query string of the previous page; ``None``: this is the first."""
        return self.get_query_string({PAGE_VAR: self.page_num - 1}) if self.page_num > 1 else None

    @property
    def next_page(self) -> str | None:
        """Query string of the next page; ``None``: there is none, or it is beyond ``LAST_PAGE``."""
        has_next = self.paginator.has_more and self.page_num < LAST_PAGE
        return self.get_query_string({PAGE_VAR: self.page_num + 1}) if has_next else None

    def _get_deterministic_ordering(self, ordering: Any) -> list[Any]:
        # Django adds the id to every order that is not unique; MongoDB would then sort every match.
        # Documents with equal times come in the order in which the index holds them.
        return list(ordering)

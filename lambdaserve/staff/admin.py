"""Admin pages of stored documents, which can be listed, filtered, searched and read there, but not written.

Requirement O4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR
from django.db import DatabaseError
from django.db.models import QuerySet, Value
from django.db.models.expressions import OrderBy, Ref
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lambdaserve.access.read_only import ReadOnlyAdmin
from lambdaserve.staff.changelist import DocumentList
from lambdaserve.staff.engine import ANSWER_TIMEOUT_MS
from lambdaserve.staff.filters import ComputedFilter, DataTypeFilter, HourFilter, RunFilter, ViewTypeFilter
from lambdaserve.staff.models import BatchDocument, SpeedDocument, StoredDocument
from lambdaserve.staff.numbers import number_in
from lambdaserve.staff.paginator import LAST_PAGE, PeekingPaginator
from merger.contract.fields import LARGEST_COUNT
from merger.core.windows import isoformat
from merger.errors import StoreError
from merger.operations.stored_document import as_json, parse_ids, stored_document, why_unreadable
from merger.stores.mongo.errors import mapping_errors
from merger.wiring import service

MAX_TITLE_MATCHES = 100
"""Movies whose documents a search by title finds, at most."""

CELL_LENGTH = 80
"""Characters of a value in a list, at most."""

_UNAVAILABLE = "documents_unavailable"
"""Attribute of a request for whose documents MongoDB did not answer."""

if TYPE_CHECKING:  # generic for the type checker alone
    _Admin = admin.ModelAdmin[StoredDocument]
else:
    _Admin = admin.ModelAdmin


def _column(field: str, label: str) -> Callable[[Any, StoredDocument], str]:
    """Returns a column that shows a stored field as it is."""

    @admin.display(description=label)
    def show(self: Any, document: StoredDocument) -> str:
        return _cell(getattr(document, field))

    return show


class StoredAdmin(ReadOnlyAdmin, _Admin):
    """Base of both collections' pages.

    Attributes:
        newest_by: field by which an index has the newest documents of a type first.
    """

    newest_by = ""
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
    actions = None
    search_fields = ("movie_id",)
    search_help_text = f"Search by a movie's id or words of its title (the {MAX_TITLE_MATCHES} best matches)."
    change_list_template = "admin/staff/documents.html"
    change_form_template = "admin/staff/document.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DocumentList]:
        """Returns the class of the list, which is in the order of an index."""
        return DocumentList

    def get_ordering(self, request: HttpRequest) -> Any:
        """Returns the order of an index: the newest of a type first, or in a search movie by movie."""
        newest = _by(self.newest_by, descending=True)
        return (_by("movie_id"), newest) if request.GET.get("q") else (newest,)

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> PeekingPaginator:
        """Returns a paginator that reads one page and counts nothing."""
        number = number_in(request.GET.get(PAGE_VAR, ""), LAST_PAGE)
        return PeekingPaginator(queryset, per_page, 1 if number is None else number)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Selects all documents, or none where MongoDB did not answer this request."""
        documents: QuerySet[Any] = super().get_queryset(request)
        return documents.none() if hasattr(request, _UNAVAILABLE) else documents

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Selects documents of a movie, or of movies whose titles match."""
        text = search_term.strip()
        if not text:
            return queryset, False
        movie_id = number_in(text)
        if movie_id is not None:
            return queryset.filter(movie_id__in=[movie_id, text]), False  # some producers write ids as text
        try:
            service().catalogue()
            movies = service().finder.ask(lambda index: index.find(text))[1].ids[:MAX_TITLE_MATCHES].tolist()
        except StoreError as error:
            messages.error(request, f"Could not search titles: {error}")
            return queryset.none(), False
        return queryset.filter(movie_id__in=movies) if movies else queryset.none(), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> StoredDocument | None:
        """Returns the document with that id, whatever type of id is stored."""
        ids = parse_ids(object_id)
        found: list[StoredDocument] = list(self.get_queryset(request).filter(pk__in=ids)[: len(ids)])
        return min(found, key=lambda each: ids.index(each.pk) if each.pk in ids else len(ids), default=None)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Shows the list; if MongoDB does not answer in time, a 503 with its filters and no rows."""
        try:
            return _render(super().changelist_view(request, extra_context))
        except (StoreError, DatabaseError) as error:
            setattr(request, _UNAVAILABLE, True)
            advice = "Search for a movie, or filter by type and day, so that there is less to read."
            messages.error(request, f"{_describe_failure(error)} {advice}")
            response = super().changelist_view(request, extra_context)
            response.status_code = 503
            return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Shows a document; if MongoDB does not answer in time, a 503 that says so."""
        try:
            return _render(super().changeform_view(request, object_id, form_url, extra_context))
        except (StoreError, DatabaseError) as error:
            site, reason = self.admin_site.each_context(request), _describe_failure(error)
            context = {**site, "title": "No document", "reason": reason}
            return TemplateResponse(request, "admin/staff/unavailable.html", context, status=503)

    @admin.display(description="id")
    def document_id(self, document: StoredDocument) -> str:
        """Shows the document's id."""
        return _cell(str(document))

    @admin.display(description="movie")
    def movie(self, document: StoredDocument) -> str:
        """Shows the movie's id, with its title if that is known."""
        movie_id = document.movie_id
        catalogue = service().catalogue_at_hand
        is_an_id = type(movie_id) is int and 0 <= movie_id <= LARGEST_COUNT
        title = catalogue.title_of(movie_id) if catalogue and is_an_id else None
        return _cell(movie_id) if title is None else f"{movie_id} · {_cell(title)}"

    @admin.display(description="document")
    def document(self, document: StoredDocument) -> SafeString | str:
        """Shows the whole document as JSON."""
        found = self._fetch_stored(document)
        if found is None:
            return "This document has been deleted."
        return format_html('<pre class="document">{}</pre>', as_json(found))

    @admin.display(description="read by the service")
    def readable(self, document: StoredDocument) -> SafeString | str:
        """Says whether the service can read the document, and if not, why."""
        found = self._fetch_stored(document)
        if found is None:
            return "—"
        problem = why_unreadable(self.opts.db_table, found)
        if problem is None:
            return format_html('<span class="state ok">{}</span>', "yes")
        return format_html('<span class="state problem">{}</span> {}', "no", problem)

    @admin.display(description="merged answer")
    def merged(self, document: StoredDocument) -> SafeString | str:
        """Links to the API's answers that are merged from this document and others."""
        found = self._fetch_stored(document) or {}
        links = [(address, address) for address in merged_addresses(found)]
        return format_html_join(", ", '<a href="{}">{}</a>', links) if links else "—"

    def _fetch_stored(self, document: StoredDocument) -> Mapping[str, Any] | None:
        return stored_document(self.opts.db_table, document.pk)


@admin.register(BatchDocument)
class BatchAdmin(StoredAdmin):
    """Pages of ``batch_views``."""

    newest_by = "computed_at"
    list_display = ("document_id", "movie", "type", "computed", "covers", "run")
    list_filter = (ViewTypeFilter, RunFilter, ComputedFilter)
    fields = readonly_fields = (*list_display, "readable", "merged", "document")
    type = _column("view_type", "view type")
    computed = _column("computed_at", "computed")
    covers = _column("covers_until", "covers until")
    run = _column("batch_run_id", "batch run")


@admin.register(SpeedDocument)
class SpeedAdmin(StoredAdmin):
    """Pages of ``speed_views``."""

    newest_by = "hour"
    list_display = ("document_id", "movie", "type", "bucket", "synced")
    list_filter = (DataTypeFilter, HourFilter)
    fields = readonly_fields = (*list_display, "readable", "merged", "document")

    @admin.display(description="data type")
    def type(self, document: SpeedDocument) -> str:
        """Shows the type under either name of its field."""
        return _cell(document.view_type if document.data_type is None else document.data_type)

    bucket = _column("hour", "hour")
    synced = _column("synced_at", "synced")


def _render(response: HttpResponse) -> HttpResponse:
    """Renders a page, which is when MongoDB is asked, with its errors mapped to ``StoreError``."""
    with mapping_errors():
        if isinstance(response, TemplateResponse):
            response.render()
    return response


def _describe_failure(error: Exception) -> str:
    # A database engine's message may be long, and name hosts.
    reason = str(error) if isinstance(error, StoreError) else type(error).__name__
    return f"MongoDB did not answer within {ANSWER_TIMEOUT_MS // 1000} s ({reason})."


def merged_addresses(document: Mapping[str, Any]) -> list[str]:
    """Returns the API's addresses whose answers are merged from a document and others."""
    kind = document.get("view_type") or document.get("data_type")
    payload = document.get("data") or document.get("stats") or document
    movie_id = document.get("movie_id")
    if type(movie_id) is int and 0 <= movie_id <= LARGEST_COUNT:
        names = {"sentiment": "movie-sentiment", "stats": "movie-stats", "trending": "movie-stats"}
        return [reverse(names.get(str(kind), "movie"), args=[movie_id])]
    if not isinstance(payload, Mapping):
        return []
    for field, name in (("actor", "analytics-actor"), ("genre", "analytics-genre")):
        value = payload.get(field)
        if isinstance(value, str) and value.strip():
            return [reverse(name, args=[value])]
    return []


def _by(column: str, *, descending: bool = False) -> OrderBy:
    """Orders by a stored field, so that an index can sort.

    For a plain field name django-mongodb-backend first makes MongoDB add a field of that name, which no index covers.
    """
    return OrderBy(Ref(column, Value(column)), descending=descending)


def _cell(value: Any) -> str:
    """Formats a stored value for a list."""
    if value is None:
        return "—"
    text = isoformat(value) if isinstance(value, datetime) else str(value)
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"

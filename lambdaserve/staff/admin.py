"""Stored documents in the admin: listed, filtered, found and shown as they are; nobody can write them there (O4)."""

from __future__ import annotations

from collections.abc import Mapping
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

from lambdaserve.staff.changelist import DocumentList
from lambdaserve.staff.engine import ANSWER_TIMEOUT_MS
from lambdaserve.staff.filters import ComputedFilter, DataTypeFilter, HourFilter, RunFilter, ViewTypeFilter
from lambdaserve.staff.models import BatchDocument, SpeedDocument, StoredDocument
from lambdaserve.staff.paginator import PeekingPaginator
from merger.contract.fields import LARGEST_COUNT
from merger.core.windows import isoformat
from merger.errors import StoreError
from merger.operations.stored_document import as_json, parse_ids, stored_document, why_unreadable
from merger.stores.mongo.errors import mapping_errors
from merger.wiring import service

MAX_TITLE_MATCHES = 100
"""Movies that a search by title finds documents of."""

CELL_LENGTH = 80
"""Characters."""

_UNAVAILABLE = "asked_for_documents_in_vain"

if TYPE_CHECKING:  # generic for the type checker alone
    _Admin = admin.ModelAdmin[StoredDocument]
else:
    _Admin = admin.ModelAdmin


class StoredAdmin(_Admin):
    """What both collections have.

    Attributes:
        newest_by: field by which the newest of a type come first, by an index.
    """

    newest_by = ""
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
    actions = None
    search_fields = ("movie_id",)
    search_help_text = f"A movie's id, or words of its title: documents of the {MAX_TITLE_MATCHES} best matches."
    change_list_template = "admin/staff/documents.html"
    change_form_template = "admin/staff/document.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Others write these collections."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: StoredDocument | None = None) -> bool:
        """Others write these collections."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StoredDocument | None = None) -> bool:
        """Others write these collections."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DocumentList]:
        """The list in the order of an index."""
        return DocumentList

    def get_ordering(self, request: HttpRequest) -> Any:
        """The newest first, as an index has those of a type; of a search movie by movie, as another index has them."""
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
        """Reads a page, and counts nothing."""
        asked = request.GET.get(PAGE_VAR, "1")
        return PeekingPaginator(queryset, per_page, int(asked) if asked.isdecimal() else 1)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All; none where they were asked for in vain."""
        found: QuerySet[Any] = super().get_queryset(request)
        return found.none() if hasattr(request, _UNAVAILABLE) else found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Documents of a movie, or of movies whose titles match."""
        text = search_term.strip()
        if not text:
            return queryset, False
        if text.isdecimal() and int(text) <= LARGEST_COUNT:
            return queryset.filter(movie_id=int(text)), False
        try:
            found = service().catalogue().movies_titled(text, MAX_TITLE_MATCHES)
        except StoreError as error:
            messages.error(request, f"Titles can't be searched: {error}")
            return queryset.none(), False
        return queryset.filter(movie_id__in=found) if found else queryset.none(), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> StoredDocument | None:
        """The document with that id, of whatever type it is stored."""
        found: StoredDocument | None = self.get_queryset(request).filter(pk__in=parse_ids(object_id)).first()
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; without rows, but with its filters, where MongoDB does not answer soon."""
        try:
            return _render(super().changelist_view(request, extra_context))
        except (StoreError, DatabaseError) as error:
            setattr(request, _UNAVAILABLE, True)
            messages.error(
                request,
                f"{_describe_failure(error)} Search for a movie, or filter by type and day, to have it read less.",
            )
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
        """A document; a page that says so where MongoDB does not answer."""
        try:
            return _render(super().changeform_view(request, object_id, form_url, extra_context))
        except (StoreError, DatabaseError) as error:
            context = {
                **self.admin_site.each_context(request),
                "title": "No document",
                "reason": _describe_failure(error),
            }
            return TemplateResponse(request, "admin/staff/unavailable.html", context, status=503)

    @admin.display(description="id")
    def document_id(self, document: StoredDocument) -> str:
        """Of the document."""
        return _cell(document.pk)

    @admin.display(description="movie")
    def movie(self, document: StoredDocument) -> str:
        """Its id, with the title where that is known."""
        movie_id = document.movie_id
        at_hand = service().catalogue_at_hand
        title = (
            at_hand.title_of(movie_id) if at_hand and type(movie_id) is int and 0 <= movie_id <= LARGEST_COUNT else None
        )
        return _cell(movie_id) if title is None else f"{movie_id} · {_cell(title)}"

    @admin.display(description="document")
    def document(self, document: StoredDocument) -> SafeString | str:
        """All of it."""
        found = self._stored(document)
        return "It is gone." if found is None else format_html('<pre class="document">{}</pre>', as_json(found))

    @admin.display(description="read by the service")
    def readable(self, document: StoredDocument) -> SafeString | str:
        """Whether, and if not, why."""
        found = self._stored(document)
        if found is None:
            return "—"
        trouble = why_unreadable(self.opts.db_table, found)
        if trouble is None:
            return format_html('<span class="state ok">{}</span>', "yes")
        return format_html('<span class="state problem">{}</span> {}', "no", trouble)

    @admin.display(description="merged answer")
    def merged(self, document: StoredDocument) -> SafeString | str:
        """Where the API answers from this document and others."""
        found = self._stored(document) or {}
        links = [(address, address) for address in merged_addresses(found)]
        return format_html_join(", ", '<a href="{}">{}</a>', links) if links else "—"

    def _stored(self, document: StoredDocument) -> Mapping[str, Any] | None:
        return stored_document(self.opts.db_table, document.pk)


@admin.register(BatchDocument)
class BatchAdmin(StoredAdmin):
    """``batch_views``."""

    newest_by = "computed_at"
    list_display = ("document_id", "movie", "type", "computed", "covers", "run")
    list_filter = (ViewTypeFilter, RunFilter, ComputedFilter)
    fields = readonly_fields = (
        "document_id",
        "movie",
        "type",
        "computed",
        "covers",
        "run",
        "readable",
        "merged",
        "document",
    )

    @admin.display(description="view type")
    def type(self, document: BatchDocument) -> str:
        """As stored."""
        return _cell(document.view_type)

    @admin.display(description="computed")
    def computed(self, document: BatchDocument) -> str:
        """When the job wrote it."""
        return _cell(document.computed_at)

    @admin.display(description="covers until")
    def covers(self, document: BatchDocument) -> str:
        """Event time that it covers."""
        return _cell(document.covers_until)

    @admin.display(description="batch run")
    def run(self, document: BatchDocument) -> str:
        """Which wrote it."""
        return _cell(document.batch_run_id)


@admin.register(SpeedDocument)
class SpeedAdmin(StoredAdmin):
    """``speed_views``."""

    newest_by = "hour"
    list_display = ("document_id", "movie", "type", "bucket", "synced")
    list_filter = (DataTypeFilter, HourFilter)
    fields = readonly_fields = ("document_id", "movie", "type", "bucket", "synced", "readable", "merged", "document")

    @admin.display(description="data type")
    def type(self, document: SpeedDocument) -> str:
        """As stored."""
        return _cell(document.view_type if document.data_type is None else document.data_type)

    @admin.display(description="hour")
    def bucket(self, document: SpeedDocument) -> str:
        """Where the bucket begins."""
        return _cell(document.hour)

    @admin.display(description="synced")
    def synced(self, document: SpeedDocument) -> str:
        """When the job last wrote it."""
        return _cell(document.synced_at)


def _render(response: HttpResponse) -> HttpResponse:
    """A page that has been made, since only then MongoDB is asked; with its errors as ours."""
    with mapping_errors():
        if isinstance(response, TemplateResponse):
            response.render()
    return response


def _describe_failure(error: Exception) -> str:
    # What a database engine says may be long, and name hosts.
    said = str(error) if isinstance(error, StoreError) else type(error).__name__
    return f"MongoDB did not answer within {ANSWER_TIMEOUT_MS // 1000} s ({said})."


def merged_addresses(document: Mapping[str, Any]) -> list[str]:
    """Addresses of the API whose answers are made from a document, among others."""
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
    """An order by a stored field as it is.

    For a field's name django-mongodb-backend has MongoDB add a field of that name first, and then no index sorts.
    """
    return OrderBy(Ref(column, Value(column)), descending=descending)


def _cell(value: Any) -> str:
    """A stored value in a table."""
    if value is None:
        return "—"
    text = isoformat(value) if isinstance(value, datetime) else str(value)
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"

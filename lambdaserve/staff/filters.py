"""Filters of the lists of stored documents: each gives a condition that a declared index answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from merger.configuration import aliases
from merger.contract.payloads import SPEED_TYPES, VIEWS


class InputFilter(admin.ListFilter):
    """A filter with fields to fill in.

    Attributes:
        fields: parameter and label of each field, with the type of its input.
    """

    template = "admin/staff/input_filter.html"
    fields: tuple[tuple[str, str, str], ...] = ()

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Model], model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for name, _, _ in self.fields:
            given = params.pop(name, None)
            text = given[-1].strip() if given else ""
            if text:
                self.used_parameters[name] = text

    def has_output(self) -> bool:
        """Always."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Of the address."""
        return [name for name, _, _ in self.fields]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """What the template shows: the fields, and what else the address says."""
        kept = changelist.get_filters_params()
        yield {
            "fields": [
                {"name": name, "label": label, "type": kind, "value": self.used_parameters.get(name, "")}
                for name, label, kind in self.fields
            ],
            "kept": [
                (name, value)
                for name, values in kept.items()
                if name not in self.expected_parameters()
                for value in values
            ],
            "query": changelist.query,
            "without": changelist.get_query_string(remove=[name for name, _, _ in self.fields]),
        }


class DateFilter(InputFilter):
    """Days from and to, both within, in UTC."""

    date = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What lies between."""
        first, last = (self._day(request, f"{self.date}_{end}") for end in ("from", "to"))
        if first is not None:
            queryset = queryset.filter(**{f"{self.date}__gte": first})
        if last is not None:
            # As a range of dates leaves out texts that look like some, both ends are said in one way.
            queryset = queryset.filter(**{f"{self.date}__lt": last + timedelta(days=1)})
        return queryset

    def _day(self, request: HttpRequest, name: str) -> datetime | None:
        text = self.used_parameters.get(name)
        if not text:
            return None
        try:
            return datetime.combine(date.fromisoformat(str(text)), time(), UTC)
        except ValueError:
            messages.error(request, f"The field {name} takes a day such as 2026-11-24; got {str(text)[:80]!r}.")
            return None


class ComputedFilter(DateFilter):
    """Of batch documents."""

    title = "computed (UTC)"
    date = "computed_at"
    fields = (("computed_at_from", "from", "date"), ("computed_at_to", "to", "date"))


class HourFilter(DateFilter):
    """Of speed documents."""

    title = "hour (UTC)"
    date = "hour"
    fields = (("hour_from", "from", "date"), ("hour_to", "to", "date"))


class RunFilter(InputFilter):
    """Documents of one batch run."""

    title = "batch run"
    fields = (("batch_run_id", "id", "text"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The run's."""
        run = self.used_parameters.get("batch_run_id")
        return queryset.filter(batch_run_id=run) if run else queryset


class TypeFilter(admin.SimpleListFilter):
    """Documents of one type: the first one where none is chosen, unless a movie is searched for.

    All types at once have no order that an index holds.
    """

    parameter_name = "type"
    types: tuple[str, ...] = ()

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Model], model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self._searches = bool(request.GET.get("q", "").strip())

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every type."""
        return [(name, name) for name in self.types]

    def value(self) -> str | None:
        """The type; ``None``: any."""
        chosen = super().value()
        return chosen if chosen in self.types else None if self._searches else self.types[0]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The types; all of them for a search alone."""
        every, *rest = super().choices(changelist)
        return iter([every, *rest] if self._searches else rest)


class ViewTypeFilter(TypeFilter):
    """Of batch documents, with all spellings."""

    title = "view type"
    types = tuple(VIEWS)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of that type."""
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(view_type__in=aliases().names_of_view(chosen))


class DataTypeFilter(TypeFilter):
    """Of speed documents, under either name of the field."""

    title = "data type"
    types = tuple(SPEED_TYPES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of that type."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(Q(data_type=chosen) | Q(view_type=chosen))

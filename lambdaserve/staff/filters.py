"""Filters of the lists of stored documents; each adds a condition that a declared index serves."""

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
    """A filter with input fields.

    Attributes:
        fields: parameter, label and input type of each field.
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
        """Whether the filter is shown: always."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Returns the parameters of the address that the filter reads."""
        return [name for name, _, _ in self.fields]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """Yields what the template shows: the fields, and the address's other parameters."""
        others = changelist.get_filters_params().items()
        own = [name for name, _, _ in self.fields]
        yield {
            "fields": [
                {"name": name, "label": label, "type": kind, "value": self.used_parameters.get(name, "")}
                for name, label, kind in self.fields
            ],
            "kept": [(name, value) for name, values in others if name not in own for value in values],
            "query": changelist.query,
            "without": changelist.get_query_string(remove=own),
        }


class DateFilter(InputFilter):
    """Filter by a range of days in UTC, both included."""

    date = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Selects documents between the two days."""
        first, last = (self._parse_day(request, f"{self.date}_{end}") for end in ("from", "to"))
        if first is not None:
            queryset = queryset.filter(**{f"{self.date}__gte": first})
        if last is not None and last.date() < date.max:
            # Compared with dates, as the other end is: MongoDB then leaves out texts that look like dates.
            queryset = queryset.filter(**{f"{self.date}__lt": last + timedelta(days=1)})
        return queryset

    def _parse_day(self, request: HttpRequest, name: str) -> datetime | None:
        text = self.used_parameters.get(name)
        if not text:
            return None
        try:
            return datetime.combine(date.fromisoformat(str(text)), time(), UTC)
        except ValueError:
            messages.error(request, f"The field {name} takes a day such as 2026-11-24; got {str(text)[:80]!r}.")
            return None


class ComputedFilter(DateFilter):
    """Batch documents by the day they were computed."""

    title = "computed (UTC)"
    date = "computed_at"
    fields = (("computed_at_from", "from", "date"), ("computed_at_to", "to", "date"))


class HourFilter(DateFilter):
    """Speed documents by the day of their hour."""

    title = "hour (UTC)"
    date = "hour"
    fields = (("hour_from", "from", "date"), ("hour_to", "to", "date"))


class RunFilter(InputFilter):
    """Documents of one batch run."""

    title = "batch run"
    fields = (("batch_run_id", "id", "text"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Selects the run's documents."""
        run = self.used_parameters.get("batch_run_id")
        return queryset.filter(batch_run_id=run) if run else queryset


class TypeFilter(admin.SimpleListFilter):
    """Documents of one type; without a choice, of the first type, or of all types in a search.

    No index holds the order of all types together.
    """

    parameter_name = "type"
    types: tuple[str, ...] = ()

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Model], model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self._searches = bool(request.GET.get("q", "").strip())

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Returns every type."""
        return [(name, name) for name in self.types]

    def value(self) -> str | None:
        """Returns the type; ``None``: any."""
        chosen = super().value()
        return chosen if chosen in self.types else None if self._searches else self.types[0]

    def condition(self, chosen: str) -> Q:
        """Returns the condition that documents of a type meet."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Selects the documents of the type."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(self.condition(chosen))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Returns the types; "All" only in a search."""
        every, *rest = super().choices(changelist)
        return iter([every, *rest] if self._searches else rest)


class ViewTypeFilter(TypeFilter):
    """Batch documents of a type, in any of its spellings."""

    title = "view type"
    types = tuple(VIEWS)

    def condition(self, chosen: str) -> Q:
        """See ``TypeFilter.condition``."""
        return Q(view_type__in=aliases().names_of_view(chosen))


class DataTypeFilter(TypeFilter):
    """Speed documents of a type, under either name of the field."""

    title = "data type"
    types = tuple(SPEED_TYPES)

    def condition(self, chosen: str) -> Q:
        """See ``TypeFilter.condition``."""
        return Q(data_type=chosen) | Q(view_type=chosen)

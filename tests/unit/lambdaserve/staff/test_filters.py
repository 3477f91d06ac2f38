"""Filters of the lists of stored documents: the conditions that parameters of an address give."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib import messages
from django.db.models import Q
from django.test import RequestFactory

from lambdaserve.staff.filters import ComputedFilter, DataTypeFilter, HourFilter, RunFilter, ViewTypeFilter
from lambdaserve.staff.models import BatchDocument
from merger.configuration import aliases
from merger.contract.payloads import SPEED_TYPES, VIEWS


class Conditions:
    """Stands for a queryset and collects the conditions it is filtered by."""

    def __init__(self, *found: Any) -> None:
        self.found = found

    def filter(self, *positional: Q, **named: Any) -> Conditions:
        return Conditions(*self.found, *positional, *([named] if named else []))


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages that the user is shown."""
    shown: list[str] = []
    monkeypatch.setattr(messages, "error", lambda _, text: shown.append(text))
    return shown


def conditions(kind: Any, query: str) -> tuple[Any, ...]:
    request = RequestFactory().get(f"/?{query}")
    made = kind(request, parse_qs(query), BatchDocument, None)
    selected: Conditions = made.queryset(request, Conditions())
    return selected.found


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        (ComputedFilter, "", ()),
        (ComputedFilter, "computed_at_from=2026-11-24", ({"computed_at__gte": day(24)},)),
        (ComputedFilter, "computed_at_to=2026-11-24", ({"computed_at__lt": day(25)},)),
        (HourFilter, "hour_from=2026-11-23&hour_to=2026-11-24", ({"hour__gte": day(23)}, {"hour__lt": day(25)})),
        (RunFilter, "batch_run_id=%20a%20run%20", ({"batch_run_id": "a run"},)),
        (RunFilter, "batch_run_id=%20", ()),
        (DataTypeFilter, "type=stats", (Q(data_type="stats") | Q(view_type="stats"),)),
    ],
)
def test_parameters_become_conditions(kind: Any, query: str, found: tuple[Any, ...], errors: list[str]) -> None:
    assert conditions(kind, query) == found
    assert errors == []


def test_a_day_that_is_none_is_reported_and_does_not_filter(errors: list[str]) -> None:
    assert conditions(HourFilter, "hour_from=yesterday") == ()
    assert errors == ["The field hour_from takes a day such as 2026-11-24; got 'yesterday'."]


@pytest.mark.parametrize(("kind", "types"), [(ViewTypeFilter, tuple(VIEWS)), (DataTypeFilter, tuple(SPEED_TYPES))])
def test_a_list_shows_one_type_and_a_search_all(kind: Any, types: tuple[str, ...]) -> None:
    first = kind(RequestFactory().get("/"), {}, BatchDocument, None)
    assert first.value() == types[0]
    assert kind(RequestFactory().get("/"), {"type": ["unknown"]}, BatchDocument, None).value() == types[0]
    assert kind(RequestFactory().get("/"), {"type": [types[-1]]}, BatchDocument, None).value() == types[-1]
    searching = kind(RequestFactory().get("/?q=matrix"), {}, BatchDocument, None)
    assert searching.value() is None
    assert conditions(kind, "q=matrix") == ()


def test_a_view_type_is_found_in_every_spelling() -> None:
    name = next(iter(VIEWS))
    assert conditions(ViewTypeFilter, f"type={name}") == (Q(view_type__in=aliases().names_of_view(name)),)

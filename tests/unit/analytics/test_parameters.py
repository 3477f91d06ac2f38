"""Query parameters of analytics: what they accept, and what they refuse together."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from analytics.parameters import ComparisonParameters, GenreParameters, TrendsParameters
from lambdaserve.api.parameters import QueryParameters
from merger.core.evidence import PARTIAL
from merger.core.windows import parse_span


def read(kind: type[QueryParameters], query: str) -> dict[str, Any]:
    return kind.of(Request(APIRequestFactory().get(f"/?{query}")))


def test_a_year_and_a_month_are_read_as_numbers() -> None:
    assert read(GenreParameters, "year=1999&month=12") == {"year": 1999, "month": 12, "completeness": PARTIAL}


@pytest.mark.parametrize("query", ["month=5", "year=1999&month=13", "year=99"])
def test_a_month_needs_a_year_and_both_have_a_range(query: str) -> None:
    with pytest.raises(ValidationError):
        read(GenreParameters, query)


def test_trends_cover_thirty_days_by_default() -> None:
    assert read(TrendsParameters, "metric=rating")["window"] == parse_span("30d")


def test_trends_refuse_a_genre_and_a_movie_together() -> None:
    with pytest.raises(ValidationError) as caught:
        read(TrendsParameters, "metric=rating&genre=Drama&movie_id=550")
    assert set(caught.value.get_full_details()) == {"genre", "movie_id"}


def test_a_comparison_takes_a_genre_and_a_year() -> None:
    assert read(ComparisonParameters, "genre=Drama&year=2001") == {
        "genre": "Drama",
        "year": 2001,
        "completeness": PARTIAL,
    }

"""Query parameters of movies and of the search: defaults, limits and intervals."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from lambdaserve.api.parameters import QueryParameters
from movies.search import SortBy
from movies.serializers import GenreSearchParameters, MovieSearchParameters, SentimentParameters, StatsParameters


def read(parameters: type[QueryParameters], query: str = "") -> dict[str, Any]:
    return dict(parameters.read(QueryDict(query)))


def test_defaults_are_the_lifetime_two_days_and_the_first_page() -> None:
    assert read(SentimentParameters)["window"].label == "all"
    assert read(StatsParameters)["hours"] == 48
    page = read(MovieSearchParameters)
    assert (page["sort_by"], page["limit"], page["offset"]) == (SortBy.RELEVANCE, 20, 0)


@pytest.mark.parametrize(
    ("parameters", "query", "name"),
    [
        (SentimentParameters, "window=0d", "window"),
        (SentimentParameters, "granularity=week", "granularity"),
        (StatsParameters, "hours=169", "hours"),
        (StatsParameters, "hours=0", "hours"),
        (MovieSearchParameters, "limit=101", "limit"),
        (MovieSearchParameters, "offset=10001", "offset"),
        (MovieSearchParameters, "year_from=1799", "year_from"),
        (MovieSearchParameters, "rating_max=10.1", "rating_max"),
        (MovieSearchParameters, "q=" + "x" * 201, "q"),
        (GenreSearchParameters, "q=" + "x" * 101, "q"),
    ],
)
def test_a_value_beyond_its_limits_is_refused_by_name(parameters: type[QueryParameters], query: str, name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(parameters, query)
    assert list(caught.value.detail) == [name]


@pytest.mark.parametrize("names", [("year_from", "year_to"), ("rating_min", "rating_max")])
def test_an_interval_may_be_a_single_value_but_not_end_before_it_starts(names: tuple[str, str]) -> None:
    first, last = names
    high, low = ("2000", "1999") if first == "year_from" else ("7", "6.5")
    assert read(MovieSearchParameters, f"{first}={low}&{last}={low}")[first] == float(low)
    with pytest.raises(ValidationError) as caught:
        read(MovieSearchParameters, f"{first}={high}&{last}={low}")
    assert list(caught.value.detail) == [last]

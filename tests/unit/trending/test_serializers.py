"""Trending's query parameters and the shapes of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from lambdaserve.api.parameters import QueryParameters
from trending.serializers import (
    EXAMPLE,
    HISTORY_EXAMPLE,
    GenreTrendingParameters,
    HistoryParameters,
    HistorySerializer,
    TrendingParameters,
    TrendingSerializer,
)


@pytest.mark.parametrize(
    ("parameters", "limit"), [(TrendingParameters, 20), (GenreTrendingParameters, 20), (HistoryParameters, 10)]
)
def test_defaults_are_six_hours_and_the_endpoints_own_limit(parameters: type[QueryParameters], limit: int) -> None:
    values = parameters.read(QueryDict(""))
    assert (values["window"].label, values["limit"]) == ("6h", limit)


@pytest.mark.parametrize("bad", ["window=169h", "limit=51", "hours=0", "hours=169"])
def test_values_beyond_the_limits_are_refused(bad: str) -> None:
    with pytest.raises(ValidationError) as caught:
        HistoryParameters.read(QueryDict(bad))
    assert list(caught.value.detail) == [bad.partition("=")[0]]


@pytest.mark.parametrize(
    ("serializer", "example"), [(TrendingSerializer, EXAMPLE), (HistorySerializer, HISTORY_EXAMPLE)]
)
def test_examples_have_exactly_the_serializers_fields(
    serializer: type[serializers.Serializer[Any]], example: Mapping[str, Any]
) -> None:
    shape = serializer()
    assert set(example) == set(shape.fields) - {"explain"}  # only on request
    movies = next(name for name, field in shape.fields.items() if isinstance(field, serializers.ListSerializer))
    child = shape.fields[movies].child  # type: ignore[attr-defined] # a ListSerializer has one
    assert all(set(movie) == set(child.fields) for movie in example[movies])

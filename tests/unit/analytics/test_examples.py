"""The example answers have the fields that the serializers describe, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rest_framework import serializers

from analytics import examples
from analytics.serializers import (
    ActorSerializer,
    ComparisonSerializer,
    GenreSerializer,
    OverviewSerializer,
    TrendsSerializer,
)

EXAMPLES: Mapping[type[serializers.Serializer[Any]], Mapping[str, Any]] = {
    GenreSerializer: examples.GENRE,
    TrendsSerializer: examples.TRENDS,
    OverviewSerializer: examples.OVERVIEW,
    ComparisonSerializer: examples.COMPARISON,
    ActorSerializer: examples.ACTOR,
}


@pytest.mark.parametrize("serializer", EXAMPLES, ids=lambda each: each.__name__)
def test_example_has_the_fields_of_its_serializer(serializer: type[serializers.Serializer[Any]]) -> None:
    fields = serializer().fields
    required = {name for name, field in fields.items() if field.required}
    assert required <= set(EXAMPLES[serializer]) <= set(fields)


@pytest.mark.parametrize("example", [examples.OVERVIEW, examples.COMPARISON, examples.ACTOR, examples.GENRE])
def test_example_of_a_batch_answer_names_no_speed_layer(example: Mapping[str, Any]) -> None:
    assert example["data_source"] == "batch"
    assert example["freshness"]["speed_as_of"] is None


def test_summary_of_the_example_trend_follows_from_its_points() -> None:
    values = [point["value"] for point in examples.TRENDS["data_points"]]
    summary = examples.TRENDS["summary"]
    assert (summary["min"], summary["max"]) == (min(values), max(values))

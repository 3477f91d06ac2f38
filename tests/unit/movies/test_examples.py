"""The example answers have exactly the fields that the serializers describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rest_framework import serializers

from movies import examples
from movies.serializers import (
    GenreSearchSerializer,
    MovieSearchSerializer,
    MovieSerializer,
    SentimentSerializer,
    StatsSerializer,
)

EXAMPLES: Mapping[type[serializers.Serializer[Any]], Mapping[str, Any]] = {
    MovieSerializer: examples.MOVIE,
    SentimentSerializer: examples.SENTIMENT,
    StatsSerializer: examples.STATS,
    MovieSearchSerializer: examples.SEARCH,
    GenreSearchSerializer: examples.GENRES,
}


def check(field: Any, value: Any) -> None:
    """Checks that a value has all required fields of its serializer, at every level, and no others."""
    if isinstance(field, serializers.ListSerializer):
        for each in value:
            check(field.child, each)
    elif isinstance(field, serializers.Serializer) and value is not None:
        required = {name for name, each in field.fields.items() if each.required}
        assert required <= set(value) <= set(field.fields)
        for name, each in value.items():
            check(field.fields[name], each)


@pytest.mark.parametrize("serializer", EXAMPLES, ids=lambda each: each.__name__)
def test_an_example_has_the_fields_of_its_serializer(serializer: type[serializers.Serializer[Any]]) -> None:
    check(serializer(), EXAMPLES[serializer])


def test_a_missing_field_is_seen() -> None:
    with pytest.raises(AssertionError):
        check(StatsSerializer(), {name: each for name, each in examples.STATS.items() if name != "hours"})

"""The serializers describe exactly the fields that the examples have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rest_framework import serializers

from recommendations import examples
from recommendations.serializers import GenreRecommendationsSerializer, PersonalSerializer, SimilarSerializer

DESCRIBED: Mapping[type[serializers.Serializer[Any]], Mapping[str, Any]] = {
    SimilarSerializer: examples.SIMILAR,
    GenreRecommendationsSerializer: examples.GENRE,
    PersonalSerializer: examples.PERSONAL,
}


@pytest.mark.parametrize("serializer", DESCRIBED, ids=lambda each: each.__name__)
def test_a_serializer_has_the_fields_of_its_example(serializer: type[serializers.Serializer[Any]]) -> None:
    fields, example = serializer().fields, DESCRIBED[serializer]
    assert {name for name, field in fields.items() if field.required} == set(example)
    listed: Any = fields["recommendations"]
    assert set(listed.child.fields) == set(example["recommendations"][0])

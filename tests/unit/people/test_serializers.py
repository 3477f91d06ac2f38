"""The serializers describe exactly the fields that the examples have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rest_framework import serializers

from people import examples
from people.serializers import PeopleSerializer, PersonMoviesSerializer, PersonSerializer

DESCRIBED: Mapping[type[serializers.Serializer[Any]], Mapping[str, Any]] = {
    PeopleSerializer: examples.PEOPLE,
    PersonSerializer: examples.PERSON,
    PersonMoviesSerializer: examples.MOVIES,
}


@pytest.mark.parametrize("serializer", DESCRIBED, ids=lambda each: each.__name__)
def test_a_serializer_has_the_fields_of_its_example(serializer: type[serializers.Serializer[Any]]) -> None:
    assert differences(serializer(), DESCRIBED[serializer]) == []


def differences(field: Any, value: Any, path: str = "") -> list[str]:
    """Lists the places where a value's fields differ from its serializer's."""
    if isinstance(field, serializers.ListSerializer):
        return [found for each in value for found in differences(field.child, each, path + "[]")]
    if not isinstance(field, serializers.Serializer):
        return []
    fields = {name: each for name, each in field.fields.items() if each.required or name in value}
    if set(fields) != set(value):
        return [f"{path}: {sorted(set(fields) ^ set(value))}"]
    return [found for name, each in fields.items() for found in differences(each, value[name], f"{path}.{name}")]

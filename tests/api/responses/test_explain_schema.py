"""A real explanation has exactly the members that the API's description names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework import serializers

from lambdaserve.api.explain_schema import ExplainSerializer
from tests.api.conftest import Api
from tests.api.healthy_world import MOVIE, healthy

pytestmark = pytest.mark.django_db


@pytest.fixture
def explain(api: Api) -> dict[str, Any]:
    """The explanation of a movie's sentiment, for a staff user."""
    api.load(healthy())
    client = Client()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    found: dict[str, Any] = client.get(f"/api/v1/movies/{MOVIE}/sentiment?window=7d&explain=1").json()["explain"]
    return found


def differences(field: serializers.Field[Any, Any, Any, Any], value: Any, path: str) -> Iterator[str]:
    """Members that are missing or not described, and values that are no choice."""
    if isinstance(field, serializers.ListSerializer | serializers.DictField):
        children = value.items() if isinstance(value, dict) else enumerate(value)
        for name, each in children:
            yield from differences(cast("Any", field.child), each, f"{path}.{name}")
    elif isinstance(field, serializers.Serializer):
        yield from (f"{path}.{name} is not described" for name in value.keys() - field.fields.keys())
        required = {name for name, child in field.fields.items() if child.required}
        yield from (f"{path}.{name} is missing" for name in required - value.keys())
        for name in field.fields.keys() & value.keys():
            if value[name] is not None or not field.fields[name].allow_null:
                yield from differences(field.fields[name], value[name], f"{path}.{name}")
    elif isinstance(field, serializers.ChoiceField) and value not in field.choices:
        yield f"{path} is {value!r}"


def test_real_explanation_matches_its_description(explain: dict[str, Any]) -> None:
    assert list(differences(ExplainSerializer(), explain, "explain")) == []


def test_unknown_missing_and_impossible_members_are_found(explain: dict[str, Any]) -> None:
    explain["cache"] = {**explain["cache"], "state": "LOST", "more": 1}
    del explain["layers"]["batch"]["state"]
    assert sorted(differences(ExplainSerializer(), explain, "explain")) == [
        "explain.cache.more is not described",
        "explain.cache.state is 'LOST'",
        "explain.layers.batch.state is missing",
    ]

"""Models of stored documents."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.staff.models import BatchDocument, SpeedDocument, StoredField
from merger.contract.collections import BATCH, SPEED


def test_the_models_name_the_two_collections_and_are_not_managed() -> None:
    assert [model._meta.db_table for model in (BatchDocument, SpeedDocument)] == [BATCH, SPEED]
    assert not BatchDocument._meta.managed
    assert not SpeedDocument._meta.managed
    assert BatchDocument._meta.pk.db_column == "_id"


@pytest.mark.parametrize("value", [None, 5, "text", [1], {"a": 1}, 1e400, True])
def test_a_field_keeps_any_stored_value_as_it_is(value: Any) -> None:
    field = StoredField()
    assert field.to_python(value) is value
    assert field.get_prep_value(value) is value


def test_only_viewing_can_be_permitted() -> None:
    assert BatchDocument._meta.default_permissions == SpeedDocument._meta.default_permissions == ("view",)


def test_a_document_is_named_by_its_id() -> None:
    assert str(BatchDocument(id=5)) == "5"

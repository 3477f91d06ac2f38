"""The router of the databases."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from lambdaserve.access.models import ApiKey
from lambdaserve.staff.models import DATABASE_ALIAS, BatchDocument, SpeedDocument
from lambdaserve.staff.router import ViewsRouter


@pytest.mark.parametrize(
    ("model", "database"),
    [(BatchDocument, DATABASE_ALIAS), (SpeedDocument, DATABASE_ALIAS), (User, None), (ApiKey, None)],
)
def test_stored_documents_are_routed_to_mongodb_and_other_models_to_sql(model: type, database: str | None) -> None:
    router = ViewsRouter()
    assert router.db_for_read(model) == router.db_for_write(model) == database


def test_mongodb_is_never_migrated() -> None:
    assert ViewsRouter().allow_migrate(DATABASE_ALIAS, "staff") is False
    assert ViewsRouter().allow_migrate(DATABASE_ALIAS, "auth") is False
    assert ViewsRouter().allow_migrate("default", "auth") is None

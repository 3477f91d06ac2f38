"""Read-only models of the two collections.

A stored document may hold anything, so its fields are left as they are stored: nothing is converted, so no document can
make a page fail. Requirements O4 and D2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from merger.operations.stored_document import show_id

DATABASE_ALIAS = "views"
"""Name, in ``DATABASES``, of the database with both collections."""

if TYPE_CHECKING:  # generic for the type checker alone
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class StoredField(_Field):
    """A field of a document, of whatever type is stored."""

    def get_internal_type(self) -> str:
        """Returns a type that no engine converts."""
        return "StoredField"

    def db_type(self, connection: Any) -> None:
        """Returns no column type: no engine creates the field."""
        return


class StoredDocument(models.Model):
    """Fields that documents of both collections have."""

    id = StoredField(primary_key=True, db_column="_id")
    movie_id = StoredField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return show_id(self.pk)


class BatchDocument(StoredDocument):
    """A document of ``batch_views``."""

    view_type = StoredField()
    computed_at = StoredField()
    covers_until = StoredField()
    batch_run_id = StoredField()

    class Meta:
        managed = False
        db_table = "batch_views"
        default_permissions = ("view",)
        verbose_name = "batch document"


class SpeedDocument(StoredDocument):
    """A document of ``speed_views``."""

    data_type = StoredField()
    view_type = StoredField()
    """The type's other spelling.

    Requirement D1.
    """
    hour = StoredField()
    synced_at = StoredField()

    class Meta:
        managed = False
        db_table = "speed_views"
        default_permissions = ("view",)
        verbose_name = "speed document"

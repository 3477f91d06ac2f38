"""Database router: stored documents are in MongoDB, all other models in SQL."""

from __future__ import annotations

from typing import Any

from lambdaserve.staff.models import DATABASE_ALIAS, StoredDocument


class ViewsRouter:
    """Routes stored documents to MongoDB, which is never migrated and never written through models."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str | None:
        """Returns the database that a model is read from; ``None``: the default."""
        return DATABASE_ALIAS if issubclass(model, StoredDocument) else None

    def db_for_write(self, model: type[Any], **hints: Any) -> str | None:
        """Returns the same as for reading; the admin's pages of stored documents offer no way to write."""
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Forbids migrations of MongoDB; leaves the rest to the default."""
        return False if db == DATABASE_ALIAS else None

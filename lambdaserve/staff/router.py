"""Which database a model lies in."""

from __future__ import annotations

from typing import Any

from lambdaserve.staff.models import DATABASE_ALIAS, StoredDocument


class ViewsRouter:
    """Stored documents lie in MongoDB, all of Django's own in SQL; MongoDB is never migrated and never written."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str | None:
        """The database that a model is read from; ``None``: the default."""
        return DATABASE_ALIAS if issubclass(model, StoredDocument) else None

    def db_for_write(self, model: type[Any], **hints: Any) -> str | None:
        """As for reading: what would be written is refused by the admin, which has no way to."""
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Nothing in MongoDB; of the rest the default decides."""
        return False if db == DATABASE_ALIAS else None

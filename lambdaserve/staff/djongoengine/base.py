"""The engine, in the module in which Django looks for it."""

from __future__ import annotations

from djongo.base import DatabaseWrapper as Djongo


class DatabaseWrapper(Djongo):  # type: ignore[misc]  # it has no types
    """djongo's connection, made to drop its client when it is closed; djongo would use it again."""

    def _close(self) -> None:
        super()._close()
        self.client_connection = None

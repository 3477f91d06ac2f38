"""The engine, in the module in which Django looks for it."""

from __future__ import annotations

from djongo.base import DatabaseWrapper as Djongo


class DatabaseWrapper(Djongo):  # type: ignore[misc]  # it has no types
    """djongo's connection, changed so that closing it drops its client, which djongo would use again."""

    def _close(self) -> None:
        super()._close()
        self.client_connection = None

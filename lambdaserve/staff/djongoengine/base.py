"""The engine, by the name under which Django looks for it."""

from __future__ import annotations

from djongo.base import DatabaseWrapper as Djongo


class DatabaseWrapper(Djongo):  # type: ignore[misc]  # it has no types
    """djongo, which goes on using a client after it has closed it."""

    def _close(self) -> None:
        super()._close()
        self.client_connection = None

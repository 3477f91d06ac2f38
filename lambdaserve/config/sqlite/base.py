"""Django's SQLite backend, whose file only its owner may read; Django expects the class in a module of this name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from lambdaserve.config.private_files import close_one, make_file


class DatabaseWrapper(base.DatabaseWrapper):
    """Makes the file and its directory before the first connection. The files beside it (WAL) get the file's mode."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Opens a connection."""
        name = str(conn_params["database"])
        if not name.startswith((":memory:", "file:")):
            make_file(Path(name))
            close_one(Path(name))
        return super().get_new_connection(conn_params)

"""Makes lambdaserve's REST API a database of Superset.

Prints the ``extra`` of that database as JSON for ``start.sh``. Tests connect with the same URL and arguments. Standard
library only.
"""

from __future__ import annotations

import json
import os
import sys

ADDRESS = "shillelagh+safe://"
"""SQLAlchemy URL. Only the adapter named below is loaded: others could read files of the machine."""


def engine_arguments(api_key: str) -> dict[str, object]:
    """Arguments of ``sqlalchemy.create_engine``.

    Args:
        api_key: key with scope ``read``; empty with anonymous read.
    """
    headers = {"Accept": "application/json", **({"X-API-Key": api_key} if api_key else {})}
    # The service caches by itself; another cache here would only make answers older.
    return {
        "adapters": ["genericjsonapi"],
        "adapter_kwargs": {"genericjsonapi": {"request_headers": headers, "cache_expiration": 1}},
    }


def table(base: str, path: str, rows: str, query: str = "") -> str:
    """Name of a table, in double quotes for SQL: an endpoint, and the path of its rows.

    Args:
        base: URL of the service, such as ``http://nginx:8080``.
        path: below ``/api/v1/``.
        rows: a JSONPath, such as ``$.trending_movies[*]``.
        query: query parameters. Incomplete answers are refused, because a chart can't show a warning.
    """
    parameters = "&".join(filter(None, [query, "completeness=strict"]))
    return f'"{base}/api/v1/{path}?{parameters}#{rows}"'


if __name__ == "__main__":
    extra = {"engine_params": engine_arguments(os.environ.get("LAMBDASERVE_API_KEY", ""))}
    sys.stdout.write(f"{json.dumps(extra)}\n")

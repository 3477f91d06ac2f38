"""What makes lambdaserve's REST API a database of Superset.

It prints the ``extra`` of that database as JSON; ``start.sh`` hands it over. Tests connect with the same address and
arguments. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys

ADDRESS = "shillelagh+safe://"
"""For SQLAlchemy. No adapter is loaded but the one named below: others could read files of the machine."""


def engine_arguments(api_key: str) -> dict[str, object]:
    """Of ``sqlalchemy.create_engine``.

    Args:
        api_key: of scope ``read``; empty where everybody may read.
    """
    headers = {"Accept": "application/json", **({"X-API-Key": api_key} if api_key else {})}
    # The service's own cache is as fresh as an answer can be; another one here would be older.
    return {
        "adapters": ["genericjsonapi"],
        "adapter_kwargs": {"genericjsonapi": {"request_headers": headers, "cache_expiration": 1}},
    }


def table(base: str, path: str, rows: str, query: str = "") -> str:
    """The name of a table, in double quotes for SQL: an endpoint, and where its rows are.

    Args:
        base: of the service, such as ``http://nginx:8080``.
        path: below ``/api/v1/``.
        rows: a JSONPath, such as ``$.trending_movies[*]``.
        query: parameters. An answer that lacks something is refused rather than given: a chart has no place to say so.
    """
    asked = "&".join(filter(None, [query, "completeness=strict"]))
    return f'"{base}/api/v1/{path}?{asked}#{rows}"'


if __name__ == "__main__":
    extra = {"engine_params": engine_arguments(os.environ.get("LAMBDASERVE_API_KEY", ""))}
    sys.stdout.write(f"{json.dumps(extra)}\n")

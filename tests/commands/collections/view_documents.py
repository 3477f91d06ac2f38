"""Documents as producers write them to files, for the commands that load, check and export views."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def manage(command: str, *arguments: str, **options: Any) -> str:
    """Runs a command; returns what it wrote to stdout."""
    output = io.StringIO()
    call_command(command, *arguments, stdout=output, stderr=io.StringIO(), **options)
    return output.getvalue()


def details(movie_id: int = 1, title: str = "Alien", at: str = "2026-05-04T02:00:00Z") -> dict[str, Any]:
    return {"movie_id": movie_id, "view_type": "movie_details", "data": {"title": title}, "computed_at": at}


def bucket(movie_id: int = 1, hour: Any = "2026-05-04T12:00:00Z", **fields: Any) -> dict[str, Any]:
    data = {"trending_score": 1.5}
    return {
        "movie_id": movie_id,
        "data_type": "trending",
        "hour": hour,
        "data": data,
        "synced_at": "2026-05-04T12:10:00+00:00",
        **fields,
    }


def lines(path: Path, *documents: Any) -> str:
    """Writes documents to a file, one per line, bytes as they are; returns its path."""
    content = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in documents]
    path.write_bytes(b"".join(part + b"\n" for part in content))
    return str(path)


def rejected(path: str) -> list[tuple[int, str]]:
    """Returns line and reason of each item in the file of rejects."""
    found = [json.loads(line) for line in Path(f"{path}.rejects.jsonl").read_text().splitlines()]
    return [(each["line"], each["reason"]) for each in found]

"""Runs commands in the test process, and reads what they stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from pymongo.database import Database

ROOT = Path(__file__).parents[2]

Stored = Database[dict[str, Any]]


def run(command: str, *arguments: str) -> str:
    """Runs a command; returns what it wrote to stdout."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def documents(database: Stored, collection: str) -> Mapping[str, dict[str, Any]]:
    """Reads all documents of a collection, by id."""
    return {document["_id"]: document for document in database[collection].find()}


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    """Waits for a condition; returns whether it became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False

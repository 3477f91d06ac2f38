"""Runs the sample commands on a small world and says what they printed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from pymongo.database import Database

ROOT = Path(__file__).parents[2]

Held = Database[dict[str, Any]]


def run(command: str, *arguments: str) -> str:
    """What a command wrote to stdout."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def documents(database: Held, collection: str) -> Mapping[str, dict[str, Any]]:
    """Everything a collection holds, by id."""
    return {document["_id"]: document for document in database[collection].find()}


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether something comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False

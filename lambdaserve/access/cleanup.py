"""Deletes expired sessions and tokens, without which the SQL database would grow for ever.

Requirement S5.
"""

from __future__ import annotations

import logging
from typing import Final

from django.core.management import call_command
from django.db import DatabaseError

COMMANDS: Final = ("clearsessions", "flushexpiredtokens")
"""Management commands that delete what has expired."""

_log = logging.getLogger(__name__)


def delete_expired() -> None:
    """Deletes expired sessions and tokens. A database that is away is logged; the next run tries again.

    Every process does so, which costs a query or two an hour.
    """
    try:
        for command in COMMANDS:
            call_command(command)
    except DatabaseError as error:
        _log.warning("Could not delete expired sessions and tokens: %s", error)

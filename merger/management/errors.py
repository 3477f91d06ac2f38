"""Ends a command with a message instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError


@contextmanager
def as_command_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Turns errors of these kinds into ``CommandError`` with the same message; a context manager or a decorator."""
    try:
        yield
    except kinds as error:
        raise CommandError(str(error)) from error

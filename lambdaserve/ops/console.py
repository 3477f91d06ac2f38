"""Log lines as people read them at a terminal: one short line per request, others with level and logger."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from structlog.dev import Column, ColumnStyles, ConsoleRenderer, KeyValueColumnFormatter, plain_traceback
from structlog.typing import EventDict, WrappedLogger

TIME_FORMAT: Final = "%H:%M:%S"
"""Of the moment at the start of a line, in UTC."""

_CACHE_WIDTH: Final = len("STALE")


def has_colors() -> bool:
    """Whether lines are coloured: on a terminal, unless ``NO_COLOR`` has a value (https://no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def other_lines() -> ConsoleRenderer:
    """Renders the lines of all loggers but the one of requests."""
    return ConsoleRenderer(colors=has_colors(), pad_event_to=0, exception_formatter=plain_traceback)


def request_lines() -> ConsoleRenderer:
    """Renders a line per request: time, method, status, milliseconds, cache state, path, and what went wrong."""
    styles = ConsoleRenderer.get_default_column_styles(has_colors())

    def text(style: str, width: int = 0, prefix: str = "") -> KeyValueColumnFormatter:
        return KeyValueColumnFormatter(None, style, styles.reset, str, width, prefix)

    return ConsoleRenderer(
        columns=[
            Column("timestamp", text(styles.timestamp)),
            Column("method", text(styles.bright, len("GET"))),
            Column("status", _Status(styles)),
            Column("ms", KeyValueColumnFormatter(None, "", "", "{:6.0f} ms".format)),
            Column("cache", KeyValueColumnFormatter(None, styles.timestamp, styles.reset, _cache_state, _CACHE_WIDTH)),
            Column("path", text("")),
            Column("problem", text(styles.level_warn)),
            Column("request_id", text(styles.timestamp)),
            Column("", _left_out),
        ]
    )


def keep_id_of_faults(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Leaves out a request's id, except of a fault, where it leads to the lines that say what went wrong."""
    if event.get("status", 0) < HTTPStatus.INTERNAL_SERVER_ERROR:
        event.pop("request_id", None)
    return event


@dataclass(frozen=True, slots=True)
class _Status:
    """Formats the status, in a colour for each of its hundreds."""

    styles: ColumnStyles

    def __call__(self, key: str, value: object) -> str:
        status = int(str(value))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            style = self.styles.level_error
        elif status >= HTTPStatus.BAD_REQUEST:
            style = self.styles.level_warn
        elif status >= HTTPStatus.MULTIPLE_CHOICES:
            style = self.styles.kv_key
        else:
            style = self.styles.level_info
        return f"{style}{status}{self.styles.reset}"


def _cache_state(state: object) -> str:
    return "-" if state is None else str(state)


def _left_out(key: str, value: object) -> str:
    return ""

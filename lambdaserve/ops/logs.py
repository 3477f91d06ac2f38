"""Logs on standard error: JSON, one object per line, or readable text (O2).

Everything goes through structlog's processors, the standard library's loggers too. Headers are never logged, tracebacks
come without the values of variables.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, BinaryIO, Final, cast

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from merger.request_context import asking

JSON, CONSOLE, AUTO = "json", "console", "auto"
FORMATS = (AUTO, JSON, CONSOLE)

ACCESS_LOGGER: Final = "lambdaserve.access"

_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""Characters that would break a line, or move a terminal's cursor, and what is shown in their place."""


def logging_config(wanted: str, level: str) -> dict[str, Any]:
    """Django's ``LOGGING``.

    Args:
        wanted: of ``FORMATS``.
        level: least severity that is logged, as the standard library spells it.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "lambdaserve.ops.logs.formatter", "wanted": wanted}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Logged by the root handler above; Django's own handlers would mail or repeat it.
        # What a client did wrong is told to the client, and in the request's own line.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # else a traceback for every one
        },
    }


def formatter(wanted: str = AUTO) -> logging.Formatter:
    """A formatter for the standard library's handlers.

    Args:
        wanted: of ``FORMATS``.
    """
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(allow=("drift",)),
            _add_request_id,
            _stamp(),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(wanted)],
    )


def access_log(wanted: str, level: str, target: BinaryIO | None = None) -> FilteringBoundLogger:
    """The logger of requests: their lines are made for each of them, so they take the short way.

    Args:
        wanted: of ``FORMATS``.
        level: least severity that is logged.
        target: where lines go; standard error where ``None``.
    """
    # Unbuffered, one write a line: lines of several threads and processes stay whole.
    file = target or cast("BinaryIO", open(2, "ab", buffering=0, closefd=False))  # noqa: SIM115 - it is never closed
    json = _is_json(wanted)
    return cast(
        "FilteringBoundLogger",
        structlog.wrap_logger(
            structlog.BytesLogger(file),
            processors=[_add_level, _stamp(), *(_last(wanted) if json else [*_last(wanted), _encoded])],
            wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
            cache_logger_on_first_use=True,
        ).bind(),
    )


def _is_json(wanted: str) -> bool:
    return wanted == JSON or (wanted == AUTO and not sys.stderr.isatty())


def _last(wanted: str) -> list[Processor]:
    if _is_json(wanted):
        without_values = ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(without_values), _json]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [_without_controls, console]


def _stamp() -> Processor:
    return structlog.processors.TimeStamper(fmt="iso", utc=True)


def _add_level(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    event["level"] = name
    return event


def _add_request_id(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    current = asking.get()
    if current is not None:
        event["request_id"] = current.request_id
    return event


def _without_controls(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {key: value.translate(_CONTROLS) if isinstance(value, str) else value for key, value in event.items()}


def _json(logger: WrappedLogger, name: str, event: MutableMapping[str, Any]) -> Any:
    line = _dumped(event)
    # The standard library's formatters give text, the access log takes bytes.
    return line if isinstance(logger, structlog.BytesLogger) else line.decode()


def _dumped(event: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(event, default=repr)
    except TypeError:  # half of a surrogate pair, a key that is no text
        return orjson.dumps({str(key): repr(value) for key, value in event.items()})


def _encoded(logger: WrappedLogger, name: str, event: Any) -> bytes:
    text: str = event
    return text.encode(errors="backslashreplace")

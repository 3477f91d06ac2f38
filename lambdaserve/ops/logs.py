"""Logs on standard error: JSON, one object per line, or readable text.

All loggers, the standard library's too, go through structlog's processors. Headers are never logged, and tracebacks
omit the values of variables.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, BinaryIO, Final, cast

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from lambdaserve.ops import console
from merger.request_context import current_request

JSON, CONSOLE, AUTO = "json", "console", "auto"
FORMATS = (AUTO, JSON, CONSOLE)

ACCESS_LOGGER: Final = "lambdaserve.access"

_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""Replaces characters that would break a line or move a terminal's cursor."""


def logging_config(log_format: str, level: str) -> dict[str, Any]:
    """Builds Django's ``LOGGING``.

    Args:
        log_format: one of ``FORMATS``.
        level: lowest severity to log, as the standard library spells it.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "lambdaserve.ops.logs.formatter", "log_format": log_format}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "filters": {"explains": {"()": "lambdaserve.ops.logs.Explains"}},
        # The root handler above logs for Django too; Django's own handlers would mail or repeat each line.
        # A client's mistake is reported to the client, and recorded in the request's own line.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR", "filters": ["explains"]},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # else each one logs a traceback
        },
    }


class Explains(logging.Filter):
    """Lets lines with a traceback pass: of other failed responses, such as a 503, the request's own line says more."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log the line."""
        return record.exc_info is not None


def formatter(log_format: str = AUTO) -> logging.Formatter:
    """Creates a formatter for the standard library's handlers.

    Args:
        log_format: one of ``FORMATS``.
    """
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(allow=("drift",)),
            _add_request_id,
            _timestamper(log_format),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_final_processors(log_format)],
    )


def access_log(log_format: str, level: str, target: BinaryIO | None = None) -> FilteringBoundLogger:
    """Creates the logger of requests: there is a line for each, so it skips the standard library.

    Args:
        log_format: one of ``FORMATS``.
        level: lowest severity to log.
        target: where lines go; ``None``: standard error.
    """
    # Unbuffered, one write per line: lines of several threads and processes stay whole.
    file = target or cast("BinaryIO", open(2, "ab", buffering=0, closefd=False))  # noqa: SIM115 - never closed
    return cast(
        "FilteringBoundLogger",
        structlog.wrap_logger(
            _LossyLogger(file),
            processors=[
                _add_level,
                _timestamper(log_format),
                *_final_processors(log_format, requests=True),
                *([] if is_json(log_format) else [_encode]),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
            cache_logger_on_first_use=True,
        ).bind(),
    )


class _LossyLogger(structlog.BytesLogger):
    """Writes lines; one that can't be written, such as on a full disk, is lost, and its request is answered."""

    def msg(self, message: bytes) -> None:
        """Writes a line."""
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = msg


def is_json(log_format: str) -> bool:
    """Whether lines are JSON.

    Args:
        log_format: one of ``FORMATS``.
    """
    return log_format == JSON or (log_format == AUTO and not sys.stderr.isatty())


def _final_processors(log_format: str, *, requests: bool = False) -> list[Processor]:
    if is_json(log_format):
        without_values = ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(without_values), _json]
    if requests:
        return [console.keep_id_of_faults, _without_controls, console.request_lines()]
    return [_without_controls, console.other_lines()]


def _timestamper(log_format: str) -> Processor:
    return structlog.processors.TimeStamper(fmt="iso" if is_json(log_format) else console.TIME_FORMAT, utc=True)


def _add_level(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    event["level"] = name
    return event


def _add_request_id(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    current = current_request.get()
    if current is not None:
        event["request_id"] = current.request_id
    return event


def _without_controls(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {key: value.translate(_CONTROLS) if isinstance(value, str) else value for key, value in event.items()}


def _json(logger: WrappedLogger, name: str, event: MutableMapping[str, Any]) -> Any:
    line = _dump(event)
    # The standard library's formatters return text, the access log takes bytes.
    return line if isinstance(logger, structlog.BytesLogger) else line.decode()


def _dump(event: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(event, default=repr)
    except TypeError:  # half of a surrogate pair, or a key that is not text
        return orjson.dumps({str(key): repr(value) for key, value in event.items()})


def _encode(logger: WrappedLogger, name: str, event: Any) -> bytes:
    text: str = event
    return text.encode(errors="backslashreplace")

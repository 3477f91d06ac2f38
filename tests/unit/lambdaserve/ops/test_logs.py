"""Log lines: their format, and how hostile content is contained."""

from __future__ import annotations

import errno
import io
import json
import logging
import sys
from typing import Any

import pytest

from lambdaserve.ops.logs import CONSOLE, JSON, Explains, access_log, formatter, logging_config
from merger.request_context import RequestContext, current_request

HOSTILE = 'a\nlevel=error "forged"\r\x1b[31m\x00\x85'


class Unwritable(io.BytesIO):
    """A file on a full disk."""

    tries = 0

    def write(self, line: Any) -> int:
        self.tries += 1
        raise OSError(errno.ENOSPC, "No space left on device")


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("merger.cache.answer_cache", logging.WARNING, __file__, 1, message, arguments, exc_info)


def as_json(logged: logging.LogRecord) -> dict[str, Any]:
    line = formatter(JSON).format(logged)
    assert "\n" not in line
    result: dict[str, Any] = json.loads(line)
    return result


def failed() -> BaseException:
    secret = "the value of a variable"
    try:
        int(f"{len(secret)} letters")
    except ValueError as error:
        return error
    raise AssertionError


def test_line_of_any_logger_is_a_json_object() -> None:
    line = as_json(record("%s of %d", "one", 2))
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "one of 2", "logger": "merger.cache.answer_cache", "level": "warning"}


def test_line_logged_during_a_request_carries_its_id() -> None:
    token = current_request.set(RequestContext("abc"))
    try:
        assert as_json(record("x"))["request_id"] == "abc"
    finally:
        current_request.reset(token)
    assert "request_id" not in as_json(record("x"))


def test_traceback_names_the_error_but_no_values_of_variables() -> None:
    line = as_json(record("it failed", error=failed()))
    [found] = line["exception"]
    assert (found["exc_type"], found["exc_value"]) == (
        "ValueError",
        "invalid literal for int() with base 10: '23 letters'",
    )
    assert found["frames"][-1]["name"] == "failed"
    assert "the value of a variable" not in formatter(JSON).format(record("it failed", error=failed()))
    assert "the value of a variable" not in formatter(CONSOLE).format(record("it failed", error=failed()))


@pytest.mark.parametrize("log_format", [JSON, CONSOLE])
def test_control_characters_are_replaced(log_format: str) -> None:
    breaking = {chr(code) for code in range(0x20)}
    line = formatter(log_format).format(record("asked for %s", HOSTILE))
    assert not breaking & set(line)
    target = io.BytesIO()
    access_log(log_format, "INFO", target).info("request", path=HOSTILE)
    written = target.getvalue().decode()
    assert written.endswith("\n")
    assert not breaking & set(written[:-1])


@pytest.mark.parametrize("log_format", [JSON, CONSOLE])
def test_values_that_json_can_not_encode_are_logged(log_format: str) -> None:
    target = io.BytesIO()
    access_log(log_format, "INFO", target).info("request", path="half \ud800", other={1: object()}, more=10**30)
    assert b"half" in target.getvalue()


def test_line_below_the_level_is_not_logged() -> None:
    target = io.BytesIO()
    log = access_log(JSON, "WARNING", target)
    log.info("request")
    assert target.getvalue() == b""
    log.error("request")
    line = json.loads(target.getvalue())
    assert (line["event"], line["level"]) == ("request", "error")


def test_django_logs_through_the_root_handler_alone() -> None:
    config = logging_config(JSON, "INFO")
    assert config["loggers"]["django"] == {"handlers": [], "propagate": True}
    assert config["root"] == {"handlers": ["stderr"], "level": "INFO"}


def test_failed_response_has_a_second_line_only_for_its_traceback() -> None:
    config = logging_config(JSON, "INFO")
    assert config["loggers"]["django.request"] == {"level": "ERROR", "filters": ["explains"]}
    assert config["filters"]["explains"] == {"()": "lambdaserve.ops.logs.Explains"}
    assert not Explains().filter(record("Service Unavailable: /"))
    assert Explains().filter(record("Internal Server Error: /", error=failed()))


def test_auto_format_is_text_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert not formatter().format(record("x")).startswith("{")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert formatter().format(record("x")).startswith("{")


def test_a_line_that_can_not_be_written_is_lost_and_raises_nothing() -> None:
    target = Unwritable()
    log = access_log(JSON, "INFO", target)
    log.info("request", path="/")
    log.error("request", path="/")
    assert target.tries == 2

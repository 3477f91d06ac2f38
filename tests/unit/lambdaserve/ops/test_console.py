"""Lines at a terminal: short, in colour unless that is refused, and with an id where it leads on."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import pytest

from lambdaserve.ops.logs import AUTO, CONSOLE, access_log

RESET, GREEN, CYAN, YELLOW, RED = "\x1b[0m", "\x1b[32m", "\x1b[36m", "\x1b[33m", "\x1b[31m"


def line_of(log_format: str = CONSOLE, **values: Any) -> str:
    """The line of a request with these values, without its time."""
    target = io.BytesIO()
    shown = {"method": "GET", "path": "/movies/603/", "status": 200, "ms": 12.34, "cache": "HIT"} | values
    others = {"logger": "lambdaserve.access", "route": "movies/<int:movie_id>/", "layers": ["batch"], "client": "user"}
    access_log(log_format, "INFO", target).info("request", request_id="7f3a", **shown, **others)
    time, _, line = target.getvalue().decode().removesuffix("\n").partition(" ")
    assert re.search(r"\d\d:\d\d:\d\d", time)
    return line


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets standard error be a terminal."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_request_is_one_short_line() -> None:
    assert line_of() == "GET 200     12 ms HIT   /movies/603/"
    assert line_of(cache=None, method="POST", path="/login/") == "POST 200     12 ms -     /login/"


def test_failed_request_names_its_problem_and_a_fault_its_id() -> None:
    assert line_of(status=404, problem="unknown-movie") == "GET 404     12 ms HIT   /movies/603/ unknown-movie"
    assert line_of(status=503, problem="store-unavailable").endswith("/movies/603/ store-unavailable 7f3a")
    assert line_of(status=500).endswith("/movies/603/ 7f3a")


@pytest.mark.parametrize(("status", "colour"), [(200, GREEN), (302, CYAN), (404, YELLOW), (503, RED)])
@pytest.mark.usefixtures("terminal")
def test_status_is_coloured_at_a_terminal(status: int, colour: str) -> None:
    assert f"{colour}{status}{RESET}" in line_of(AUTO, status=status)


@pytest.mark.usefixtures("terminal")
def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in line_of(AUTO)
    monkeypatch.setenv("NO_COLOR", "")  # an empty value refuses nothing
    assert "\x1b" in line_of(AUTO)

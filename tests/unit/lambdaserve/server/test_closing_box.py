"""The last lines of a start: addresses, who may log in and how, and how to stop it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lambdaserve.server.closing_box import closing_lines, framed

URL = "http://127.0.0.1:8000"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
    return tmp_path


def test_first_start_shows_the_password_and_how_to_set_another(checkout: Path) -> None:
    assert closing_lines(URL, "s3cret", checkout) == [
        "lambdaserve  http://127.0.0.1:8000/",
        "API          http://127.0.0.1:8000/api/docs/",
        "admin        http://127.0.0.1:8000/admin/",
        "log in as    demo, password s3cret (shown only now)",
        "forgotten?   .venv/bin/python manage.py changepassword demo",
        "Ctrl-C stops it.",
    ]


def test_later_starts_show_how_to_set_another_password(checkout: Path) -> None:
    lines = closing_lines(URL, "", checkout)
    assert lines[3:5] == [
        "log in as    demo, with the password that the first start showed",
        "forgotten?   .venv/bin/python manage.py changepassword demo",
    ]


def test_nobody_is_named_where_there_is_no_demo_user(checkout: Path) -> None:
    assert "demo" not in "".join(closing_lines(URL, None, checkout))


def test_python_outside_the_checkout_is_named_whole(tmp_path: Path) -> None:
    assert f"{sys.executable} manage.py changepassword" in "".join(closing_lines(URL, "", tmp_path))


def test_frame_fits_the_longest_line() -> None:
    assert framed(["ab", "abcd"]) == ["╭──────╮", "│ ab   │", "│ abcd │", "╰──────╯"]

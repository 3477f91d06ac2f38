"""The page about configuration lists every variable with its default."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from lambdaserve.config.kinds import Address
from lambdaserve.config.variables import VARIABLES
from tests.meta.repository import ROOT

_ROW = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| (?P<default>.*?) \| (?P<about>.*?) \|$", re.MULTILINE)
ROWS = {row["name"]: row for row in _ROW.finditer((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))}
_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)), ("s", timedelta(seconds=1)))


def _written(default: Any) -> str | None:
    """A default as a reader would type it; ``None`` where the default depends on something else."""
    if default is None or default == "":
        return None
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, timedelta):
        fitting = (each for each in reversed(_UNITS) if default < 120 * each[1])
        letter, unit = next(fitting, _UNITS[0])
        return f"{default // unit}{letter}"
    if isinstance(default, Address):
        return f"{default.host}:{default.port}"
    if isinstance(default, float):
        return f"{default:g}"
    if isinstance(default, tuple):
        return ",".join(default) or None
    return None if default == {} else f"{default}"


def test_page_lists_every_variable_and_no_other() -> None:
    assert sorted(ROWS) == sorted(VARIABLES)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_row_states_the_default(name: str) -> None:
    written = _written(VARIABLES[name].default)
    stated = ROWS[name]["default"]
    if written is None:
        assert "`" not in stated.partition("(")[0], "a default that depends on something else is said in words"
    else:
        assert stated == f"`{written}`"


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_row_says_what_the_variable_does(name: str) -> None:
    assert VARIABLES[name].about.rstrip(".") in ROWS[name]["about"]


def test_page_names_the_secrets_that_may_be_files_and_no_others() -> None:
    section = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").partition("## Secrets\n")[2]
    named = re.findall(r"`([A-Z_]+)_FILE`", section.partition("\n## ")[0])
    assert sorted(set(named) - {"NAME"}) == sorted(name for name, each in VARIABLES.items() if each.secret)


def test_example_file_names_only_existing_variables() -> None:
    named = re.findall(r"^#? ?([A-Z_]{3,})=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert set(named) <= set(VARIABLES)

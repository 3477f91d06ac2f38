"""Every requirement code that code, tests or documents cite is defined in ``docs/requirements.md``."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.meta.repository import ROOT, tracked_files

REQUIREMENTS = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
# A letter of a section of that page and a number, as a word of its own; `%C0` is a byte in an address.
CODE = re.compile(r"(?<![\w%])[MDACSFO]\d{1,2}(?![\w%])")
SECTION = re.compile(r"§(\d+)")
SUFFIXES = (".py", ".md", ".html", ".toml", ".yml", ".conf", ".js", ".css")
# These hold other words that look like a code: ruff's rules, and the tests below.
LEFT_OUT = ("pyproject.toml", "tests/meta/test_requirement_codes.py")


def defined() -> list[str]:
    return re.findall(r"^- \*\*([A-Z]\d{1,2}) [^*]+\.\*\* ", REQUIREMENTS, re.MULTILINE)


def texts() -> Iterator[tuple[str, str]]:
    """Each text file of the repository that may cite a requirement, by its path."""
    for path in tracked_files():
        name = str(path.relative_to(ROOT))
        is_text = (
            path.suffix in (".py", ".md", ".html", ".toml", ".yml", ".conf", ".js", ".css") or path.name == "Makefile"
        )
        if is_text and name not in LEFT_OUT:
            yield name, path.read_text(encoding="utf-8")


def cited(pattern: re.Pattern[str]) -> dict[str, str]:
    """Maps each match to a place where it stands."""
    return {
        found.group(found.lastindex or 0): f"{name}:{text.count(chr(10), 0, found.start()) + 1}"
        for name, text in texts()
        for found in pattern.finditer(text)
    }


def codes_in_first_lines(source: str) -> list[str]:
    """First lines of docstrings, those of attributes included, that cite a code."""
    docstrings = (
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )
    return [line for line in (text.strip().partition("\n")[0] for text in docstrings) if CODE.search(line)]


def test_every_code_is_defined_once() -> None:
    assert len(defined()) > 50
    assert len(set(defined())) == len(defined())


def test_every_cited_code_is_defined() -> None:
    unknown = {code: place for code, place in cited(CODE).items() if code not in defined()}
    assert unknown == {}


def test_every_cited_section_exists() -> None:
    sections = set(re.findall(r"^## (\d+)\. ", REQUIREMENTS, re.MULTILINE))
    unknown = {number: place for number, place in cited(SECTION).items() if number not in sections}
    assert unknown == {}


def test_first_lines_of_docstrings_cite_no_code() -> None:
    found = {name: lines for name, text in texts() if name.endswith(".py") and (lines := codes_in_first_lines(text))}
    assert found == {}


def test_codes_do_not_reach_the_readers_of_the_apis_description() -> None:
    description: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert CODE.findall(json.dumps(description, default=str)) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [("as M99 says (D2).", ["M99", "D2"]), ("C1 to C7", ["C1", "C7"]), ("/%C0%AF/ and `HS256`, UTF8, A1b", [])],
)
def test_code_is_found_as_a_word_of_its_own(text: str, codes: list[str]) -> None:
    assert CODE.findall(text) == codes


def test_code_in_a_first_line_is_found() -> None:
    source = '''
"""A module (C6)."""
class Thing:
    """A thing.

    Requirement D2.
    """
    size = 1
    """Its size (M3)."""
'''
    assert codes_in_first_lines(source) == ["A module (C6).", "Its size (M3)."]

"""The glossary is in alphabetical order, its words are the code's, and its last column names files there are."""

from __future__ import annotations

import re

import pytest

from tests.meta.repository import PRODUCT, ROOT, sources

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+?) \| [^|]+ \| `([^`|]+)` \|$", PAGE, re.MULTILINE)
WORDS = [word for word, _ in ROWS]


@pytest.fixture(scope="module")
def source() -> str:
    """The product's code as one lower-case text, with the paths of its modules."""
    return "\n".join(f"{path}\n{text}" for path, text in sources(*PRODUCT).items()).casefold()


def test_glossary_is_in_alphabetical_order() -> None:
    assert len(WORDS) > 40
    assert sorted(WORDS, key=str.casefold) == WORDS
    assert len(WORDS) == len(re.findall(r"^\| (?!word|---)", PAGE, re.MULTILINE))


@pytest.mark.parametrize("word", WORDS)
def test_word_of_the_glossary_is_used_in_the_code(word: str, source: str) -> None:
    # "type hours" is also written TypeHours and type_hours.
    assert re.search(r"[\s_]?".join(map(re.escape, word.casefold().split())), source)


@pytest.mark.parametrize(("word", "path"), ROWS)
def test_glossary_points_to_an_existing_file(word: str, path: str) -> None:
    assert (ROOT / path).is_file(), word

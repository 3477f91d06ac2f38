"""Prose and names use the words of the glossary; some words of former versions must not come back."""

from __future__ import annotations

import re

import pytest

from tests.meta.repository import ROOT, tracked_files

# Written backwards, so that this file is not the one that is found.
WORDS = tuple(
    word[::-1]
    for word in ("reveohw", "ydobemos", "wena", "gnithgis", "sgnithgis", "sruohtpek", "semiteud", "tnirptoof")
)
UNWANTED = re.compile(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE)


def unwanted_words(text: str) -> list[str]:
    """Lines that hold one of the words."""
    return [line.strip()[:100] for line in text.splitlines() if UNWANTED.search(line)]


def test_no_file_uses_an_unwanted_word() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in tracked_files()
        if path.suffix in (".py", ".html", ".md") and (lines := unwanted_words(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("word", [*WORDS, WORDS[0].capitalize()])
def test_unwanted_word_is_found_in_code_and_prose(word: str) -> None:
    assert unwanted_words(f"# made by {word}, as it were\n\nfine = 1") == [f"# made by {word}, as it were"]
    assert unwanted_words(f"{word}ed = un{word}_x") == []

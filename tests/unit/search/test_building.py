"""An index is built into a folder or in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.building import build
from search.reading import SearchIndex
from search.texts import MovieTexts


def test_index_is_read_from_its_folder(tmp_path: Path) -> None:
    build(tmp_path, [MovieTexts(1, "Heat"), MovieTexts(2, "Cold")])
    assert SearchIndex.open(tmp_path).find("heat").ids.tolist() == [1]


def test_large_ids_and_years_do_not_stop_the_writer() -> None:
    assert SearchIndex(*build(None, [MovieTexts(2**62, "Heat", year=9999)])).find("heat").ids.tolist() == [2**62]


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="index"):
        SearchIndex.open(tmp_path / "none")
    with pytest.raises(OSError, match="none"):
        build(tmp_path / "none", [])


def test_broken_folder_is_an_error(tmp_path: Path) -> None:
    build(tmp_path, [MovieTexts(1, "Heat")])
    (tmp_path / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(OSError, match="index"):
        SearchIndex.open(tmp_path)

"""Tables and the pages that they are written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reports.tables import align_table, markers, replace_part, write_part

BEGIN, END = markers("measured")
PAGE = Path(__file__).resolve().parents[4] / "docs" / "performance.md"


def test_table_columns_have_one_width_and_numbers_align_right() -> None:
    lines = align_table(("what", "how many"), [("cats", "3"), ("elephants", "12")]).splitlines()
    assert lines == [
        "| what      | how many |",
        "| --------- | -------: |",
        "| cats      |        3 |",
        "| elephants |       12 |",
    ]


def test_only_text_between_the_markers_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replace_part(page, "measured", "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}<!-- other: end -->"])
def test_a_page_without_its_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="needs the markers"):
        replace_part(page, "measured", "new")


def test_writing_twice_leaves_one_text(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Speed\n\n{BEGIN}\n{END}\n", encoding="utf-8")
    for _ in range(2):
        write_part(page, "measured", "figures")
        assert page.read_text(encoding="utf-8") == f"# Speed\n\n{BEGIN}\nfigures\n{END}\n"


@pytest.mark.parametrize("name", ["measured", "compared", "sizes"])
def test_the_page_in_the_repository_has_a_place_for_every_part(name: str) -> None:
    assert "new figures" in replace_part(PAGE.read_text(encoding="utf-8"), name, "new figures")

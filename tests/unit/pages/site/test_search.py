"""Paging of the search page."""

from __future__ import annotations

from typing import Any

import pytest

from pages.frame.parts import Part
from pages.site.search import _paging


def found(offset: int, total: int, limit: int = 20) -> Part:
    return Part({"limit": limit, "offset": offset, "total_results": total})


@pytest.mark.parametrize(
    ("offset", "total", "expected"),
    [
        (0, 20, {}),
        (0, 21, {"after": "q=fight&offset=20"}),
        (20, 40, {"before": "q=fight&offset=0"}),
        (10, 60, {"before": "q=fight&offset=0", "after": "q=fight&offset=30"}),
        (9_980, 50_000, {"before": "q=fight&offset=9960"}),
    ],
)
def test_links_lead_to_the_pages_that_exist(offset: int, total: int, expected: dict[str, str]) -> None:
    values: dict[str, Any] = {"q": "fight", "genre": None, "offset": offset}
    assert _paging(found(offset, total), values) == expected


def test_failed_search_has_no_paging() -> None:
    assert _paging(Part(None), {"q": "fight"}) == {}

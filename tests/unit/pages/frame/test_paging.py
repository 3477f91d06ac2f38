"""Paging of lists."""

from __future__ import annotations

from typing import Any

import pytest

from pages.frame.paging import paging
from pages.frame.parts import Part


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
    assert paging(found(offset, total), values) == expected


def test_failed_search_has_nopaging() -> None:
    assert paging(Part(None), {"q": "fight"}) == {}

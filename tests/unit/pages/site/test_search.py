"""Links of the search page."""

from __future__ import annotations

from pages.frame.parts import Part
from pages.site.search import _links


def found(offset: int, total: int, limit: int = 20) -> Part:
    return Part({"limit": limit, "offset": offset, "total_results": total})


def test_links_to_pages_keep_all_parameters_and_others_the_words_alone() -> None:
    values = {"q": "a&b", "genre": None, "rating_max": 7.0, "sort_by": "title", "direction": "desc", "limit": 20}
    links = _links(found(0, 50), {**values, "offset": 0})
    assert links["after"] == "q=a%26b&rating_max=7.0&sort_by=title&direction=desc&limit=20&offset=20"
    assert links["unfiltered"] == links["all"] == "q=a%26b"
    assert "unfiltered" not in _links(found(0, 50), {"q": "a", "sort_by": "title", "offset": 0})


def test_failed_search_has_no_links() -> None:
    assert _links(Part(None), {"q": "fight"}) == {}

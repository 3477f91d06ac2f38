"""The trending page: the live ranking, by window and genre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pages.figures import charts
from pages.figures.tables import Table
from pages.frame import fragments
from pages.frame.page import BrowserPage, genre_names, tables_of
from trending.serializers import TrendingParameters

WINDOWS: Final = ("1h", "6h", "24h", "48h")
"""Windows that the switch offers; the URL accepts any that the API accepts."""


class Trending(BrowserPage):
    """The live ranking, by window and genre."""

    template = "pages/trending.html"
    parameters = TrendingParameters

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        trending = fragments.trending(**values)
        genre = trending["ranked"].data["genre"] if trending["ranked"].data else values.get("genre")
        history = trending["history"]
        return {
            **trending,
            "topic": fragments.make_topic(
                "trending", window=values["window"].label, limit=values["limit"], genre=values.get("genre")
            ),
            "window": values["window"].label,
            "genre": genre,
            "windows": WINDOWS,
            "genres": genre_names(),
            "scores_table": charts.score_lines(history.data) if history.data and history.data["movies"] else None,
            "tables": ranking_tables(trending) + tables_of((charts.score_lines, history)),
            "main": trending["ranked"],
        }


def ranking_tables(trending: Mapping[str, Any]) -> list[Table]:
    """The ranking as a table to download, if it could be loaded."""
    ranked = trending["ranked"].data
    return [charts.ranking(ranked, trending["history"].data)] if ranked else []

"""The trending page: the live ranking, by window and genre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from merger.core.windows import parse_span
from pages.figures import charts
from pages.figures.tables import Table
from pages.frame import fragments
from pages.frame.page import BrowserPage, genres
from pages.frame.parts import Part, load_part
from trending.selectors import movies_trending
from trending.serializers import TrendingParameters


class Trending(BrowserPage):
    """The live ranking, by window and genre."""

    template = "pages/trending.html"
    parameters = TrendingParameters
    fields = ("window", "genre")
    subject = "This ranking"
    data_view = "trending-movies"
    data_parameters = ("window", "limit", "genre")

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        trending = fragments.trending(**values)
        ranked, window, genre = trending["ranked"], values["window"].label, values.get("genre")
        return {
            **trending,
            "topic": fragments.make_topic("trending", window=window, limit=values["limit"], genre=genre),
            "window": window,
            "genre": ranked.data["genre"] if ranked.data else genre,
            "windows": fragments.WINDOWS,
            "genres": [each["genre"] for each in genres()],
            "scores_table": trending["history"].map(charts.score_lines),
            "ranking_table": ranking_table(trending),
            "main": ranked,
        }

    def at_hand(self, context: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The rankings of other windows, or of all genres, that can be shown."""
        return [
            (f"Trending over {window}{f' in {genre}' if genre else ''}", _address(window, genre))
            for genre in dict.fromkeys((context["genre"], None))
            for window in fragments.WINDOWS
            if not _load(window, genre).failed
        ]


def _load(window: str, genre: str | None) -> Part:
    limit = TrendingParameters.read(QueryDict())["limit"]  # what a link without a limit asks for
    return load_part(lambda: movies_trending(window=parse_span(window), limit=limit, genre=genre))


def _address(window: str, genre: str | None) -> str:
    asked = {"window": window} | ({"genre": genre} if genre else {})
    return f"{reverse('pages-trending')}?{urlencode(asked, errors='replace')}"


def ranking_table(trending: Mapping[str, Any]) -> Table | None:
    """The ranking as a table to download; ``None`` if it could not be loaded."""
    ranked = trending["ranked"].data
    return charts.ranking(ranked, trending["history"].data) if ranked else None

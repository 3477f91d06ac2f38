"""The overview: trending movies, sentiment, catalogue and freshness."""

from __future__ import annotations

from typing import Any, Final

from analytics.selectors import catalogue_overview, trend_series
from merger.core.windows import parse_span
from pages.figures import charts
from pages.frame import fragments
from pages.frame.page import BrowserPage
from pages.frame.parts import load_part
from pages.site.trending import ranking_table

MOVIES_SHOWN: Final = 12


class Overview(BrowserPage):
    """Trending movies, sentiment, catalogue and freshness."""

    template = "pages/overview.html"

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        topic = fragments.make_topic("trending", limit=MOVIES_SHOWN)
        trending = fragments.trending(window=parse_span("6h"), limit=MOVIES_SHOWN)
        mood = load_part(lambda: trend_series(metric="sentiment", window=parse_span("30d")))
        catalogue = load_part(catalogue_overview)
        days = mood.list_of("data_points")[-2:]
        return {
            **trending,
            "topic": topic,
            "mood": mood,
            "today": days[-1] if days else None,
            "since_yesterday": days[1]["value"] - days[0]["value"] if len(days) > 1 else None,
            "catalogue": catalogue,
            "mood_table": mood.map(charts.metric_timeline),
            "genres_table": catalogue.map(charts.genres_by_size),
            "ranking_table": ranking_table(trending),
            "main": trending["ranked"],
        }

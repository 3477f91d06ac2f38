"""The overview: what rises and falls, the sentiment of the day, and the genres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from analytics.selectors import catalogue_overview, trend_series
from merger.core.windows import Granularity, parse_span
from pages.figures import charts, genre_tables, same_hours
from pages.frame import fragments
from pages.frame.page import BrowserPage
from pages.frame.parts import load_part
from pages.site.trending import ranking_table

GENRES_SHOWN: Final = 12

SENTIMENT_BY_HOUR: Final[Mapping[str, Any]] = {
    "metric": "sentiment",
    "window": parse_span(same_hours.WINDOW),
    "granularity": Granularity.HOUR,
}
"""The series behind today's sentiment up to now."""


class Overview(BrowserPage):
    """What rises and falls, the sentiment of the day, and the genres."""

    template = "pages/overview.html"
    data_view = "trending-movies"
    data_defaults: ClassVar[Mapping[str, Any]] = {"limit": fragments.MOVERS_CONSIDERED}

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        mood = load_part(lambda: trend_series(metric="sentiment", window=parse_span("30d")))
        by_hour = load_part(lambda: trend_series(**SENTIMENT_BY_HOUR))
        catalogue = load_part(catalogue_overview)
        # Last, since it asks for many answers, and the page can do without most of them.
        found = fragments.movers_of(window=parse_span("6h"), limit=fragments.MOVERS_CONSIDERED)
        genres_table = catalogue.map(genre_tables.genres_by_size)
        return {
            **found,
            "topic": fragments.make_topic("movers", window="6h", limit=fragments.MOVERS_CONSIDERED),
            "mood": mood,
            "day": mood.map(sentiment_of_the_day),
            "by_hour": by_hour,
            "same_hours": by_hour.map(same_hours.today_beside_yesterday),
            "catalogue": catalogue,
            "mood_table": mood.map(charts.metric_timeline),
            "genres_table": genres_table,
            "genre_bars": genres_table.rows[:GENRES_SHOWN] if genres_table else (),
            "most_movies": genres_table.rows[0]["movie_count"] if genres_table and genres_table.rows else 0,
            "ranking_table": ranking_table(found),
            "main": found["ranked"],
        }


def sentiment_of_the_day(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest day of a daily series, and the day before as a whole: the series has no hours.

    Returns:
        ``last`` and ``before`` (a point or ``None``), ``change``, and ``is_open``: whether the newest day is not over.
    """
    points = answer["data_points"]
    if not points:
        return None
    last, before = points[-1], points[-2] if len(points) > 1 else None
    change = None if before is None else last["value"] - before["value"]
    return {"last": last, "before": before, "change": change, "is_open": bool(charts.open_day(answer))}

"""The analytics page: trends, genres over time and compared, and sentiment by popularity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from analytics.parameters import GenreParameters
from analytics.selectors import genre_statistics, sentiment_by_tier, trend_series
from lambdaserve.api.parameters import ChoiceField, GenreField, SpanField, TextField
from merger.contract.identity import genre_key
from merger.contract.payloads import METRICS
from merger.core.windows import parse_span
from pages.figures import charts
from pages.frame.page import BrowserPage, genres
from pages.frame.parts import Part, load_part

WINDOWS: Final = ("7d", "30d", "90d", "365d")
"""Windows that the switch offers; the URL accepts any that the API accepts."""

MOST_COMPARED: Final = 4
"""Most genres to compare with the chosen one."""


class AnalyticsParameters(GenreParameters):
    """Query parameters of the analytics page."""

    genre = GenreField(required=False)
    compare = TextField(longest=400, takes="genres with commas between them", required=False)
    metric = ChoiceField(METRICS, default="rating")
    window = SpanField(default=parse_span("30d"), allow_all=True)


class Analytics(BrowserPage):
    """Trends, genres over time and compared, and sentiment by popularity."""

    template = "pages/analytics.html"
    parameters = AnalyticsParameters

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        all_genres = genres()
        largest = max(all_genres, key=lambda each: each["total_movies"], default={})
        requested_genre, year = values.get("genre"), values.get("year")
        chosen = requested_genre or largest.get("genre")
        metric, window = values["metric"], values["window"]
        one = _statistics(chosen, year, values.get("month"))
        wanted = [chosen, *_split_names(values.get("compare"))] if chosen else []
        compared = [_statistics(name, year) for name in _unique(wanted)]
        trend = load_part(lambda: trend_series(metric=metric, window=window, genre=requested_genre))
        by_tier = load_part(lambda: sentiment_by_tier(genre=requested_genre, year=year))
        found = [part.data for part in compared if part.data]
        return {
            "one": one,
            "genre": one.data["genre"] if one.data else chosen,
            "requested_genre": requested_genre,
            "year": year,
            "years": _years(chosen),
            "genres": [each["genre"] for each in all_genres],
            "compare": [answer["genre"] for answer in found[1:]],
            "trend": trend,
            "metric": metric,
            "metrics": METRICS,
            "window": window.label,
            "windows": WINDOWS,
            "tiers": by_tier,
            "genre_table": one.map(charts.genre_points),
            "comparison_table": charts.genre_comparison(found) if found else None,
            "trend_table": trend.map(charts.metric_timeline),
            "tiers_table": by_tier.map(charts.tiers),
            "main": trend,
        }


def _years(genre: str | None) -> list[int]:
    """Years in which a genre has data, newest first."""
    data = _statistics(genre).data
    return sorted({point["year"] for point in data["trends"]["points"]}, reverse=True) if data else []


def _statistics(genre: str | None, year: int | None = None, month: int | None = None) -> Part:
    return load_part(lambda: genre_statistics(genre=genre, year=year, month=month)) if genre else Part(None)


def _split_names(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _unique(names: Iterable[str]) -> list[str]:
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(genre_key(name), name)
    return list(by_key.values())[: MOST_COMPARED + 1]

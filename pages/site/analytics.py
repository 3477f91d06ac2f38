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
from pages.frame.page import BrowserPage, genre_names, largest_genre, tables_of
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
        genres = genre_names()
        chosen = values.get("genre") or (largest_genre() if genres else None)
        year = values.get("year")
        metric, window = values["metric"], values["window"]
        one = (
            load_part(lambda: genre_statistics(genre=chosen, year=year, month=values.get("month")))
            if chosen
            else Part(None)
        )
        wanted = [chosen, *_split_names(values.get("compare"))] if chosen else []
        compared = [load_part(lambda name=name: genre_statistics(genre=name, year=year)) for name in _unique(wanted)]  # type: ignore[misc] # the name is bound
        trend = load_part(lambda: trend_series(metric=metric, window=window, genre=values.get("genre")))
        by_tier = load_part(lambda: sentiment_by_tier(genre=values.get("genre"), year=year))
        found = [part.data for part in compared if part.data]
        return {
            "one": one,
            "genre": one.data["genre"] if one.data else chosen,
            "asked_genre": values.get("genre"),
            "year": year,
            "years": _years(chosen),
            "genres": genres,
            "compare": [answer["genre"] for answer in found[1:]],
            "trend": trend,
            "metric": metric,
            "metrics": METRICS,
            "window": window.label,
            "windows": WINDOWS,
            "tiers": by_tier,
            "genre_table": charts.genre_points(one.data) if one.data else None,
            "comparison_table": charts.genre_comparison(found) if found else None,
            "trend_table": charts.metric_timeline(trend.data) if trend.data else None,
            "tiers_table": charts.tiers(by_tier.data) if by_tier.data else None,
            "tables": [
                *tables_of((charts.genre_points, one), (charts.metric_timeline, trend), (charts.tiers, by_tier)),
                *([charts.genre_comparison(found)] if found else []),
            ],
            "main": trend,
        }


def _years(genre: str | None) -> list[int]:
    """Years in which a genre has data, newest first."""
    if genre is None:
        return []
    part = load_part(lambda: genre_statistics(genre=genre))
    return sorted({point["year"] for point in part.data["trends"]["points"]}, reverse=True) if part.data else []


def _split_names(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _unique(names: Iterable[str]) -> list[str]:
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(genre_key(name), name)
    return list(by_key.values())[: MOST_COMPARED + 1]

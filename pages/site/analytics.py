"""The analytics page: trends, genres compared and over time, and sentiment by popularity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, ClassVar, Final

from analytics.catalogue import TIERS
from analytics.parameters import GenreParameters
from analytics.selectors import genre_statistics, sentiment_by_tier, trend_series
from lambdaserve.api.parameters import ChoiceField, GenreField, SpanField, TextField
from merger.contract.identity import genre_key
from merger.contract.payloads import METRICS
from merger.core.windows import parse_span
from merger.errors import NotFound
from pages.figures import charts, genre_tables
from pages.frame.entries import Fault, query_with, quote, unknown_name
from pages.frame.page import BrowserPage, genres
from pages.frame.parts import Part, load_part

WINDOWS: Final = ("7d", "30d", "90d", "365d")
"""Windows that the switch offers; the URL accepts any that the API accepts."""

MOST_COMPARED: Final = 6
"""Most genres to compare."""

Row = Mapping[str, Any]


class AnalyticsParameters(GenreParameters):
    """Query parameters of the analytics page."""

    genre = GenreField(required=False)
    compare = TextField(longest=400, takes="genres with commas between them", required=False)
    metric = ChoiceField(METRICS, default="rating")
    window = SpanField(default=parse_span("30d"), allow_all=True)


class Analytics(BrowserPage):
    """Trends, genres compared and over time, and sentiment by popularity."""

    template = "pages/analytics.html"
    parameters = AnalyticsParameters
    fields = ("genre", "year", "metric", "window", "compare")
    contradictions: ClassVar[Mapping[str, str]] = {"month": "A month needs its year."}
    data_view = "analytics-trends"
    data_parameters = ("metric", "window", "genre")
    data_defaults: ClassVar[Mapping[str, Any]] = {"metric": "rating"}  # the API has no default

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        known, genre, year = genres(), values.get("genre"), values.get("year")
        metric, window = values["metric"], values["window"]
        one = _statistics(genre, year, values.get("month"))
        wanted = _unique(_split_names(values.get("compare")))
        compared, unknown = _compared(wanted[:MOST_COMPARED])
        trend = load_part(lambda: trend_series(metric=metric, window=window, genre=genre))
        by_tier = load_part(lambda: sentiment_by_tier(genre=genre, year=year))
        names = [answer["genre"] for answer in compared]
        faults = tuple(self._faults(unknown, names, wanted[MOST_COMPARED:]))
        return {
            "faults": {"compare": faults} if faults else {},
            "one": one,
            "genre": one.data["genre"] if one.data else genre,
            "year": year,
            "years": _years(genre),
            "genres": [each["genre"] for each in known],
            "chips": _chips([each["genre"] for each in known], names),
            "compare": ",".join(names),
            "bars": _bars(known, names),
            "trend": trend,
            "metric": metric,
            "metrics": METRICS,
            "metric_kind": charts.METRICS[metric][1],
            "window": window.label,
            "windows": WINDOWS,
            "tiers": by_tier,
            "tier_words": _tier_words(),
            "genre_table": one.map(genre_tables.genre_points),
            "comparison_table": genre_tables.genre_comparison(compared) if compared else None,
            "trend_table": trend.map(charts.metric_timeline),
            "tiers_table": by_tier.map(genre_tables.tiers),
            "main": trend,
        }

    def _faults(self, unknown: Mapping[str, NotFound], chosen: list[str], left_out: list[str]) -> Iterator[Fault]:
        """What is wrong with the genres to compare."""
        for name, error in unknown.items():
            after = (",".join([*chosen, near]) for near in error.near)
            yield unknown_name(error, name, [query_with(self.request.GET, "compare", each) for each in after])
        if left_out:
            names = ", ".join(map(quote, left_out))
            yield Fault(f"At most {MOST_COMPARED} genres can be compared. Left out: {names}.")


def _years(genre: str | None) -> list[int]:
    """Years in which a genre has data, newest first."""
    data = _statistics(genre).data
    return sorted({point["year"] for point in data["trends"]["points"]}, reverse=True) if data else []


def _statistics(genre: str | None, year: int | None = None, month: int | None = None) -> Part:
    return load_part(lambda: genre_statistics(genre=genre, year=year, month=month)) if genre else Part(None)


def _compared(names: Iterable[str]) -> tuple[list[dict[str, Any]], dict[str, NotFound]]:
    """Statistics of the genres of these names, and the errors of the unknown names."""
    found: list[dict[str, Any]] = []
    unknown: dict[str, NotFound] = {}
    for name in names:
        try:
            part = _statistics(name)
        except NotFound as error:
            unknown[name] = error
        else:
            found += [part.data] if part.data else []
    return found, unknown


def _chips(known: Iterable[str], chosen: list[str]) -> list[dict[str, Any]]:
    """A chip for each genre: whether it is chosen, and the genres compared after a click on it."""
    return [
        {
            "genre": name,
            "is_chosen": name in chosen,
            "compare": ",".join([each for each in chosen if each != name] if name in chosen else [*chosen, name]),
        }
        for name in known
    ]


def _bars(known: Iterable[Row], chosen: list[str]) -> list[Row]:
    """The chosen genres, or all, by mean rating; those without a rating last."""
    shown = [each for each in known if not chosen or each["genre"] in chosen]
    return sorted(shown, key=lambda each: (each["avg_rating"] is None, -(each["avg_rating"] or 0), each["genre"]))


def _tier_words() -> str:
    """What each tier of popularity means: ``blockbuster above 80, …``; the last one is the rest."""
    bounds = sorted(TIERS.items(), key=itemgetter(1), reverse=True)
    return ", ".join([*(f"{name} above {least:.0f}" for name, least in bounds[:-1]), f"{bounds[-1][0]} the rest"])


def _split_names(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _unique(names: Iterable[str]) -> list[str]:
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(genre_key(name), name)
    return list(by_key.values())

"""Tables about genres, built from answers of the API. Pure: every number is the answer's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pages.figures.charts import Answer
from pages.figures.tables import Column, Table


def genres_by_size(overview: Answer) -> Table:
    """The genres of the catalogue, by number of movies."""
    return Table(
        name="genres",
        caption="Genres",
        columns=(
            Column("genre", "Genre", "text"),
            Column("movie_count", "Movies", "count"),
            Column("avg_rating", "Mean rating", "rating"),
        ),
        rows=sorted(overview["by_genre"], key=lambda each: (-each["movie_count"], each["genre"])),
    )


def genre_points(answer: Answer) -> Table:
    """A genre by month within one year, or by year."""
    points = answer["trends"]["points"]
    by_month = answer["year"] is not None
    rows: Sequence[Mapping[str, Any]] = (
        [{**point, "when": f"{point['year']}-{point['month'] or 1:02}"} for point in points]
        if by_month
        else by_year(points)
    )
    return Table(
        name="genre",
        caption=f"Mean rating by {'month' if by_month else 'year'} of release",
        columns=(
            Column("when", *(("Month", "month") if by_month else ("Year", "year")), draws="x"),
            Column("total_movies", "Movies", "count", draws="bar", axis="right"),
            Column("avg_rating", "Mean rating", "rating", draws="line"),
            Column("avg_sentiment", "Mean sentiment", "score"),
            Column("avg_popularity", "Mean popularity", "decimal"),
        ),
        rows=rows,
        least=0.0,
        most=10.0,
    )


def by_year(points: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sums monthly points up by year; averages are weighted by movies, as in ``analytics/genre/{genre}?year=``."""
    years: dict[int, list[Mapping[str, Any]]] = {}
    for point in points:
        years.setdefault(point["year"], []).append(point)
    return [
        {
            "when": str(year),
            "total_movies": sum(point["total_movies"] for point in months),
            **{name: _weighted_mean(months, name) for name in ("avg_rating", "avg_sentiment", "avg_popularity")},
        }
        for year, months in sorted(years.items())
    ]


def _weighted_mean(months: Iterable[Mapping[str, Any]], name: str) -> float | None:
    known = [month for month in months if month[name] is not None]
    weight = sum(month["total_movies"] for month in known)
    return sum(month[name] * month["total_movies"] for month in known) / weight if weight else None


def genre_comparison(answers: Iterable[Answer]) -> Table:
    """Statistics of several genres, one row each."""
    return Table(
        name="comparison",
        caption="All numbers of the chosen genres",
        columns=(
            Column("genre", "Genre", "text"),
            Column("avg_rating", "Mean rating", "rating"),
            Column("avg_popularity", "Mean popularity", "decimal"),
            Column("avg_sentiment", "Mean sentiment", "score"),
            Column("total_movies", "Movies", "count"),
            Column("total_revenue", "Revenue", "dollars"),
            Column("avg_budget", "Mean budget", "dollars"),
            Column("avg_runtime", "Mean length", "minutes"),
        ),
        rows=[{"genre": answer["genre"], **answer["statistics"]} for answer in answers],
    )


def tiers(answer: Answer) -> Table:
    """Sentiment by popularity tier; tiers without a movie are left out."""
    return Table(
        name="tiers",
        caption="Mean sentiment by popularity",
        columns=(
            Column("tier", "Popularity", "text", draws="x"),
            Column("avg_sentiment", "Mean sentiment", "score", draws="bar"),
            Column("total_reviews", "Reviews", "count"),
            Column("count", "Movies", "count"),
        ),
        rows=[{"tier": name, **numbers} for name, numbers in answer["tiers"].items() if numbers["count"]],
        least=-1.0,
        most=1.0,
    )

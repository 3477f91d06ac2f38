"""Tables about genres: every number is the answer's own, or a mean weighted by movies."""

from __future__ import annotations

from typing import Any

from analytics import examples as analytics
from pages.figures import genre_tables


def raw(table: Any) -> list[list[Any]]:
    return [[cell.raw for cell in line] for line in table.lines]


def test_months_add_up_to_years_weighted_by_movies_with_values() -> None:
    months = [
        {"year": 1999, "month": 1, "total_movies": 1, "avg_rating": 9.0, "avg_sentiment": None, "avg_popularity": 2.0},
        {"year": 1999, "month": 2, "total_movies": 3, "avg_rating": 5.0, "avg_sentiment": 0.5, "avg_popularity": None},
        {
            "year": 2000,
            "month": None,
            "total_movies": 7,
            "avg_rating": None,
            "avg_sentiment": 0.1,
            "avg_popularity": 1.0,
        },
    ]
    assert genre_tables.by_year(months) == [
        {"when": "1999", "total_movies": 4, "avg_rating": 6.0, "avg_sentiment": 0.5, "avg_popularity": 2.0},
        {"when": "2000", "total_movies": 7, "avg_rating": None, "avg_sentiment": 0.1, "avg_popularity": 1},
    ]


def test_genre_of_one_year_is_shown_by_month() -> None:
    assert raw(genre_tables.genre_points(analytics.GENRE)) == [["1999-10", 12, 6.9, 0.14, 31.2]]


def test_genres_are_listed_by_size() -> None:
    small = {"genre": "Action", "movie_count": 3, "avg_rating": None}
    overview = {"by_genre": [small, *analytics.OVERVIEW["by_genre"]]}
    assert raw(genre_tables.genres_by_size(overview)) == [["Drama", 2297, 6.39], ["Action", 3, None]]


def test_tiers_without_movies_are_left_out() -> None:
    tiers = analytics.COMPARISON["tiers"]
    none = {"count": 0, "avg_sentiment": None, "total_reviews": 0, "popularity_range": None}
    found = raw(genre_tables.tiers({**analytics.COMPARISON, "tiers": {**tiers, "popular": none}}))
    assert found[0] == ["blockbuster", 0.15, 10_420, 121]
    assert "popular" not in [row[0] for row in found]


def test_each_chosen_genre_has_a_row_with_its_statistics() -> None:
    ((genre, rating, *_),) = raw(genre_tables.genre_comparison([analytics.GENRE]))
    assert (genre, rating) == (analytics.GENRE["genre"], analytics.GENRE["statistics"]["avg_rating"])

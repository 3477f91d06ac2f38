"""The pages of genres: all of them, and one with its numbers, what trends in it and its best movies."""

from __future__ import annotations

from typing import Any, Final

from analytics.selectors import genre_statistics
from merger.core.windows import parse_span
from merger.wiring import asked_service
from movies.selectors import genre_search_list, movie_search_list
from pages.figures import genre_tables, shelves
from pages.figures.decades import decades_of
from pages.frame.page import BrowserPage
from pages.frame.parts import load_part
from trending.selectors import movies_trending

LOOKED_THROUGH: Final = 100
"""Movies that are compared, the most popular ones."""

MOST_TRENDING: Final = 6


class Genres(BrowserPage):
    """All genres and decades."""

    template = "pages/genres.html"
    subject = "The list of genres"
    data_view = "search-genres"

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        found = load_part(genre_search_list)
        catalogue = asked_service().catalogue_at_hand
        decades = {} if catalogue is None else decades_of(catalogue.movies)
        return {
            "found": found,
            "genres": sorted(found.list_of("genres"), key=lambda each: (-each["total_movies"], each["genre"])),
            "decades": [{"decade": decade, "movies": number} for decade, number in decades.items()],
            "main": found,
        }


class Genre(BrowserPage):
    """A genre: its numbers, what trends in it, its best movies, and its years."""

    template = "pages/genre.html"
    subject = "This genre"
    data_view = "analytics-genre"

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        genre = path["name"]
        numbers = load_part(lambda: genre_statistics(genre=genre))
        popular = load_part(lambda: movie_search_list(genre=genre, sort_by="popularity", limit=LOOKED_THROUGH))
        trending = load_part(lambda: movies_trending(window=parse_span("24h"), limit=MOST_TRENDING, genre=genre))
        movies = popular.list_of("results")
        return {
            "numbers": numbers,
            "popular": popular,
            "trending": trending,
            "genre": (numbers.data or {"genre": genre})["genre"],
            "best": shelves.best_rated(movies),
            "voted": shelves.most_voted(movies),
            "years_table": numbers.map(genre_tables.genre_points),
            "main": numbers,
        }

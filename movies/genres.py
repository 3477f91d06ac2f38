"""Searches the genres of the catalogue. Pure: no Django, no database, no clock."""

from __future__ import annotations

from merger.catalogue.title_text import join_words, normalise_words, title_matcher
from merger.contract.documents import Documents
from merger.views.freshness import describe
from merger.views.holes import doubted_coverage, lost_until
from merger.views.reading import ViewInputs, ViewResult


def genre_search(words: tuple[str, ...] | None, inputs: ViewInputs) -> ViewResult:
    """Builds ``search/genres``: genres by name, with the number and the mean rating of their movies.

    The rating is the plain mean over the movies with votes; TMDB writes an average of 0 for the others.
    """
    catalogue = inputs.catalogue
    rank = title_matcher(words or ())
    genres = [
        {"genre": name, "total_movies": facts.movies, "avg_rating": facts.avg_rating}
        for key, name in sorted(catalogue.genres.items())
        if words is None or rank(join_words(normalise_words(name))) is not None
        for facts in (catalogue.by_genre[key],)
    ]
    body = {"genres": genres, "total_genres": len(genres), "data_source": "batch"}
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        batch_as_of=catalogue.movies.as_of,
        missing=(lost_until(catalogue.lost_of("movie_details", "genre_analytics"), None, inputs.boundary),),
        assumed=doubted_coverage(catalogue.movies.as_of, "movie_details", inputs),
        documents=Documents(skipped=catalogue.skipped_of("movie_details", "genre_analytics")),
    )
    return ViewResult(body, freshness)

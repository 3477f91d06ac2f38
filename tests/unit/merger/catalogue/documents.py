"""Documents for catalogues under test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from merger.catalogue.builder import CatalogueBuilder
from merger.catalogue.catalogue import Catalogue
from merger.contract.documents import BatchDocument, Contract, Documents
from merger.core.boundary import Boundary
from tests.unit.merger.documents import MOVIE, batch_view
from tests.unit.merger.examples import DETAILS, RUN

HOUR = timedelta(hours=1)
NOW = RUN + 10 * HOUR


def details(*genres: str, movie_id: int = MOVIE) -> BatchDocument:
    raw = batch_view("movie_details", {**DETAILS, "genres": list(genres)}, RUN, movie_id=movie_id)
    return Contract().read_batch(raw)


def monthly(genre: str) -> BatchDocument:
    data = {"genre": genre, "year": 2025, "month": 3, "avg_rating": 6.5, "total_movies": 3, "total_revenue": 1}
    return Contract().read_batch(batch_view("genre_analytics", data, RUN))


def catalogue(*documents: BatchDocument) -> Catalogue:
    builder = CatalogueBuilder(Boundary(NOW))
    for document in documents:
        builder.add(Documents(batch=(document,)))
    return builder.finish()


def total(movie_id: int, average: float, reviews: int, **more: Any) -> BatchDocument:
    counts = {"positive_count": 0, "negative_count": 0, "neutral_count": 0}
    data = {"avg_sentiment": average, "review_count": reviews, **counts, **more.pop("data", {})}
    return Contract().read_batch(batch_view("sentiment", data, RUN, movie_id=movie_id, **more))

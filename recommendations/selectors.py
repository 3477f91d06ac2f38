"""The views of recommendations, and the functions that fetch their answers for the API and the pages."""

from __future__ import annotations

from collections.abc import Iterable

from merger.answers.answer import Answer
from merger.contract.identity import genre_key
from merger.core.evidence import PARTIAL, Completeness
from merger.views.freshness import TTLClass
from merger.views.plans import View
from merger.wiring import asked_service
from recommendations.genres import GenreMovies, SortBy, genre_movies, genre_plan
from recommendations.likes import PersonalMovies, SimilarMovies, likes_plan, personal_movies, similar_movies
from recommendations.weighing import USUAL_WISHES, Wishes

_USED = ("stats", "trending", "sentiment")


def _movie_id(params: SimilarMovies) -> int:
    return params.movie_id


SIMILAR = View(
    "recommendations.similar", TTLClass.VOLATILE, likes_plan, similar_movies, coverage=_USED, identity=_movie_id
)
PERSONAL = View("recommendations.personalized", TTLClass.VOLATILE, likes_plan, personal_movies, coverage=_USED)
GENRE = View("recommendations.genre", TTLClass.VOLATILE, genre_plan, genre_movies, coverage=_USED)
VIEWS = (SIMILAR, PERSONAL, GENRE)


def movies_similar(
    *, movie_id: int, limit: int = 20, wishes: Wishes = USUAL_WISHES, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches the movies that are most like one.

    Raises:
        NotFound: neither layer knows the movie.
        Incomplete, StoreError: as ``MergeService.fetch``, which all functions here call.
    """
    return asked_service().fetch(SIMILAR, SimilarMovies(movie_id, limit, wishes), completeness=completeness)


def movies_personal(
    *,
    liked_movie_ids: Iterable[int],
    limit: int = 20,
    wishes: Wishes = USUAL_WISHES,
    completeness: Completeness = PARTIAL,
) -> Answer:
    """Fetches movies that are like the liked ones. Raises ``NotFound`` if none of these is known."""
    liked = tuple(sorted(set(liked_movie_ids)))
    return asked_service().fetch(PERSONAL, PersonalMovies(liked, limit, wishes), completeness=completeness)


def movies_of_genre(
    *,
    genre: str,
    limit: int = 20,
    min_rating: float | None = None,
    sort_by: str = SortBy.HYBRID,
    wishes: Wishes = USUAL_WISHES,
    completeness: Completeness = PARTIAL,
) -> Answer:
    """Fetches movies of a genre. Raises ``NotFound`` if the genre is unknown."""
    params = GenreMovies(genre_key(genre), limit, min_rating, SortBy(sort_by), wishes)
    return asked_service().fetch(GENRE, params, completeness=completeness)

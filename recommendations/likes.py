"""Recommends movies that are like others: like one movie, or like those of a list. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from merger.errors import NotFound
from merger.views.plans import Plan, PlanContext
from merger.views.reading import ViewInputs, ViewResult
from movies.numbers import MergedNumbers, merge_numbers
from recommendations.ranking import Ranked, describe_freshness, hours_of, rank, sources_of
from recommendations.reasons import likeness_reasons
from recommendations.weighing import USUAL_WISHES, Wishes, weigh
from search.likeness import Alike
from search.reading import SearchIndex

_MOST_LIKES = 3
"""Liked movies that are named beside a recommended one."""

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class SimilarMovies:
    """Parameters of ``recommendations/movies/{id}/similar``."""

    movie_id: int
    limit: int = 20
    wishes: Wishes = USUAL_WISHES

    @property
    def liked(self) -> tuple[int, ...]:
        return (self.movie_id,)


@dataclass(frozen=True, slots=True)
class PersonalMovies:
    """Parameters of ``recommendations/personalized``; ``liked`` are ids, ascending, each once."""

    liked: tuple[int, ...]
    limit: int = 20
    wishes: Wishes = USUAL_WISHES


def likes_plan(context: PlanContext[SimilarMovies] | PlanContext[PersonalMovies]) -> Plan:
    """Asks the index for movies that are like the liked ones, and reads the catalogue and the hours."""
    params = context.params

    def find(index: SearchIndex) -> Alike:
        return index.likeness.find(params.liked, by_votes=params.wishes.novelty < 0.5)

    return Plan(hours=hours_of(params.wishes, context), catalogue=True, lookup=find)


def similar_movies(params: SimilarMovies, inputs: ViewInputs) -> ViewResult:
    """Builds ``recommendations/movies/{id}/similar``.

    Raises:
        NotFound: neither layer knows the movie.
    """
    movie_id = params.movie_id
    if not inputs.catalogue.knows(movie_id) and not inputs.documents.of_movie(movie_id).names_any:
        raise NotFound("movie", movie_id)
    return _recommend(params, inputs, {"movie_id": movie_id, "title": inputs.catalogue.title_of(movie_id)})


def personal_movies(params: PersonalMovies, inputs: ViewInputs) -> ViewResult:
    """Builds ``recommendations/personalized``.

    Raises:
        NotFound: none of the liked movies is known.
    """
    unknown = [movie_id for movie_id in params.liked if not inputs.catalogue.knows(movie_id)]
    if len(unknown) == len(params.liked):
        more = ", …" if len(unknown) > _MOST_NAMED else ""
        raise NotFound("movie", ", ".join(map(str, unknown[:_MOST_NAMED])) + more)
    known = [movie_id for movie_id in params.liked if movie_id not in set(unknown)]
    return _recommend(params, inputs, {"liked_movie_ids": known, "unknown_movie_ids": unknown})


def _recommend(params: SimilarMovies | PersonalMovies, inputs: ViewInputs, about: dict[str, Any]) -> ViewResult:
    alike: Alike = inputs.found
    movies, numbers, wishes = inputs.catalogue.movies, merge_numbers(inputs), params.wishes
    found, known = movies.rows(alike.ids)
    # Ascending, as ties are broken by id.
    places = np.flatnonzero(known)[np.argsort(found[known])]
    rows = found[places]
    scores = weigh(alike.scores[places], numbers.at("vote_count", rows), numbers.most_votes, wishes.novelty)
    ranked = rank(rows, scores, params.limit, wishes, numbers, inputs)
    place_of = dict(zip(rows.tolist(), places.tolist(), strict=True))
    body = {
        **about,
        "recommendations": _described(ranked, alike, place_of, numbers, inputs),
        "count": len(ranked.rows),
        "compared": len(rows),
        "catalogue": len(movies),
        "limit": params.limit,
        "novelty": wishes.novelty,
        "data_source": sources_of(numbers, ranked),
    }
    return ViewResult(body, describe_freshness(rows, numbers, wishes, inputs))


def _described(
    ranked: Ranked, alike: Alike, place_of: dict[int, int], numbers: MergedNumbers, inputs: ViewInputs
) -> list[dict[str, Any]]:
    rows = ranked.rows.tolist()
    shared = dict(zip(rows, alike.why([place_of[row] for row in rows]), strict=True))
    shown = ranked.describe(numbers, inputs, lambda row, _: likeness_reasons(shared[row]))
    return [
        {
            **each,
            "because_of": [
                {"movie_id": movie_id, "title": inputs.catalogue.title_of(movie_id)}
                for movie_id in shared[row].likes[:_MOST_LIKES]
            ],
        }
        for each, row in zip(shown, rows, strict=True)
    ]

"""Endpoints under ``/api/v1/people``: people by name, and their movies."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from lambdaserve.api.openapi import NAME, describe
from lambdaserve.api.parameters import QueryParameters
from lambdaserve.api.responses import respond
from lambdaserve.api.viewsets import ApiViewSet
from people import examples, selectors
from people.serializers import (
    PeopleParameters,
    PeopleSerializer,
    PersonMoviesParameters,
    PersonMoviesSerializer,
    PersonSerializer,
)

_NAMES = (
    "Names are found without regard to case, accents, dots, apostrophes and hyphens: `Penelope Cruz`, "
    "`Robert Downey Jr`, `JJ Abrams`. A 404 lists similar names as `near`. A person is a name: documents tell people "
    "apart by nothing else, so two people of one name are one here; `notes` says so."
)


class PeopleViewSet(ApiViewSet):
    """The names of cast and directors."""

    @describe(
        operation="people_find",
        tag="people",
        summary="People by name",
        about="Finds the cast and the directors of the batch layer's movies by their names. Every word of `q` begins a "
        "word of the name. The whole name comes first, then people with more movies. A name that has several spellings "
        "is one person.",
        answer=PeopleSerializer,
        example=examples.PEOPLE,
        parameters=PeopleParameters,
    )
    def find(self, request: Request) -> HttpResponseBase:
        """``people``."""
        return respond(request, selectors.people_list(**PeopleParameters.of(request)))

    @describe(
        operation="people_person",
        tag="people",
        summary="A person and their movies",
        about=f"""{_NAMES}

- Ratings, votes and popularity of the movies are those of `movies/{{id}}`.
- `mean_rating` is over all votes: a movie's rating counts as often as it has votes.
- `mean_sentiment` is over all reviews in the batch layer's lifetime totals; `movies/{{id}}/sentiment` has newer ones.
- `works_with` counts the movies that name both, as cast or director; of very many movies, the 500 with most votes.
- `trending` are the movies among the first 100 of `trending/movies?window=6h`.""",
        answer=PersonSerializer,
        example=examples.PERSON,
        parameters=QueryParameters,
        path=[NAME],
        errors=(404,),
    )
    def retrieve(self, request: Request, name: str) -> HttpResponseBase:
        """``people/{name}``."""
        return respond(request, selectors.person_get(name=name, **QueryParameters.of(request)))

    @describe(
        operation="people_movies",
        tag="people",
        summary="All movies of a person",
        about=f"{_NAMES} Ratings, votes and popularity are those of `movies/{{id}}`; the order uses them too.",
        answer=PersonMoviesSerializer,
        example=examples.MOVIES,
        parameters=PersonMoviesParameters,
        path=[NAME],
        errors=(404,),
    )
    def movies(self, request: Request, name: str) -> HttpResponseBase:
        """``people/{name}/movies``."""
        return respond(request, selectors.person_movies_list(name=name, **PersonMoviesParameters.of(request)))

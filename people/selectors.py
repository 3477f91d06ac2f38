"""The views of people and the functions that fetch them, for the API and the pages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TypeVar

from analytics.selectors import ask_people
from merger.answers.answer import Answer
from merger.core.evidence import PARTIAL, Completeness
from merger.errors import NotFound
from merger.views.freshness import TTLClass
from merger.views.plans import Plan, PlanContext, View
from merger.wiring import asked_service
from movies.search import Direction
from people.finding import PeopleSearch, people_search
from people.person import Person, PersonMovies, movies_plan, person_details, person_movies, person_plan
from people.works import OrderBy
from search.language.names import fold_name
from search.people import LONGEST_NAME, FoundPeople
from search.reading import SearchIndex
from trending.scoring import SPEED_TYPES

P = TypeVar("P")


def _find_plan(context: PlanContext[PeopleSearch]) -> Plan:
    return Plan(catalogue=True, lookup=partial(_find, context.params))


def _find(wanted: PeopleSearch, index: SearchIndex) -> FoundPeople:
    return index.people.find(wanted.q, wanted.limit, wanted.offset)


FIND = View("people.find", TTLClass.STABLE, _find_plan, people_search)
PERSON = View("people.person", TTLClass.VOLATILE, person_plan, person_details, SPEED_TYPES)
MOVIES = View("people.movies", TTLClass.STABLE, movies_plan, person_movies, ("stats",))
VIEWS = (FIND, PERSON, MOVIES)


def people_list(
    *, q: str | None = None, limit: int = 20, offset: int = 0, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches people by words of their names, those with most movies first.

    Raises:
        Incomplete: unless ``completeness`` is ``partial``.
        StoreError: there is no index yet, or no catalogue.
    """
    text = None if q is None else " ".join(q.casefold().split())
    return asked_service().fetch(FIND, PeopleSearch(text, limit, offset), completeness=completeness)


def person_get(*, name: str, completeness: Completeness = PARTIAL) -> Answer:
    """Fetches a person's newest movies, their means, who shares most movies, and which of them trend.

    Args:
        name: in any case, with or without accents, dots and hyphens.
        completeness: see ``MergeService.fetch``.

    Raises:
        NotFound: no person has the name; it offers similar ones.
        Incomplete: unless ``completeness`` is ``partial``.
        StoreError: there is no index yet, or no catalogue.
    """
    return _fetch(PERSON, Person(_fold(name)), name, completeness)


def person_movies_list(
    *,
    name: str,
    sort_by: str = OrderBy.RELEASE_DATE,
    direction: str | None = None,
    limit: int = 20,
    offset: int = 0,
    completeness: Completeness = PARTIAL,
) -> Answer:
    """Fetches a page of a person's movies; raises as ``person_get``."""
    params = PersonMovies(
        _fold(name), OrderBy(sort_by), None if direction is None else Direction(direction), limit, offset
    )
    return _fetch(MOVIES, params, name, completeness)


def known_names(names: Iterable[str]) -> frozenset[str]:
    """Returns those of some names that have a ``people/{name}``; all of them while there is no index."""
    wanted = frozenset(names)
    return ask_people(asked_service(), lambda people: frozenset(filter(people.person, wanted)), wanted)


def _fold(name: str) -> str:
    """The name in the form that all its spellings share, so that they share cache entries.

    Raises:
        NotFound: the name is longer than any that documents may have.
    """
    if len(name) > LONGEST_NAME:
        raise NotFound("person", name)
    return fold_name(name)


def _fetch(view: View[P], params: P, name: str, completeness: Completeness) -> Answer:
    try:
        return asked_service().fetch(view, params, completeness=completeness)
    except NotFound as error:
        raise NotFound(error.kind, name, error.near) from None

"""Answers ``people/{name}`` and ``people/{name}/movies``. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from analytics.catalogue import beyond_totals
from merger.core.columns import Flags
from merger.core.windows import HOUR, Window, parse_span
from merger.errors import NotFound
from merger.speed.tables import HourRange
from merger.views.freshness import Freshness, describe, source_of
from merger.views.holes import lost_until
from merger.views.plans import Plan, PlanContext
from merger.views.reading import ViewInputs, ViewResult
from merger.views.snapshots import Unseen
from movies.numbers import find_unseen
from movies.search import Direction
from people.finding import describe_name
from people.works import Filmography, OrderBy
from search.people import Works
from search.reading import SearchIndex
from trending.scoring import SPEED_TYPES, find_unranked, ranked_candidates, ranking_window

LISTED: Final = 100
"""Most movies in ``people/{name}``, the newest."""

RANKED: Final = 100
"""A movie trends if it is among so many of ``trending/movies``."""

TRENDING_SPAN: Final = parse_span("6h")
PARTNERS: Final = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Parameters of ``people/{name}``: the folded name."""

    name: str


@dataclass(frozen=True, slots=True)
class PersonMovies:
    """Parameters of ``people/{name}/movies``.

    Args:
        name: the folded name.
        sort_by: the order.
        direction: of the order; ``None``: the usual one.
        limit: movies on a page.
        offset: movies before the page.
    """

    name: str
    sort_by: OrderBy = OrderBy.RELEASE_DATE
    direction: Direction | None = None
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the index knows of a name.

    Args:
        works: the movies; ``None`` for an unknown name.
        partners: names that share most movies, and how many each.
        near: similar names, of an unknown one.
    """

    works: Works | None
    partners: list[tuple[str, int]]
    near: list[str]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks the index about a name.

    Args:
        name: any spelling.
        partners: most names to return that share movies.
    """

    name: str
    partners: int = 0

    def __call__(self, index: SearchIndex) -> Known:
        people = index.people
        works = people.works(self.name)
        if works is None:
            return Known(None, [], people.near(self.name))
        return Known(works, people.partners(works, self.partners) if self.partners else [], [])


def person_plan(context: PlanContext[Person]) -> Plan:
    """Reads every movie's buckets since the cutoff and of the trending window, and the catalogue."""
    boundary = context.boundary
    start = min(boundary.cutoff, ranking_window(TRENDING_SPAN, boundary.now).bounded_start)
    hours = HourRange(SPEED_TYPES, Window(start, boundary.open_hour + HOUR))
    return Plan(hours=hours, catalogue=True, lookup=Lookup(context.params.name, PARTNERS))


def movies_plan(context: PlanContext[PersonMovies]) -> Plan:
    """Reads every movie's ``stats`` since the cutoff, and the catalogue."""
    boundary = context.boundary
    hours = HourRange(("stats",), Window(boundary.cutoff, boundary.open_hour + HOUR))
    return Plan(hours=hours, catalogue=True, lookup=Lookup(context.params.name))


def person_details(params: Person, inputs: ViewInputs) -> ViewResult:
    """Builds ``people/{name}``.

    Raises:
        NotFound: no movie and no network names the person.
    """
    known = _known(params.name, inputs)
    films = Filmography.of(known, inputs)
    newest = films.ordered(OrderBy.RELEASE_DATE)[:LISTED].tolist()
    trending = _trending(films, inputs)
    body = {
        **describe_name(known.person),
        "total_movies": films.total,
        "movies": films.describe(newest),
        "mean_rating": films.mean_rating(),
        "mean_sentiment": films.mean_sentiment(),
        "works_with": [{"name": name, "movies": number} for name, number in inputs.found.partners],
        "trending": trending,
        "notes": films.notes,
        "data_source": _source(films, is_speed=bool(trending)),
    }
    boundary = inputs.boundary
    unranked = find_unranked(ranking_window(TRENDING_SPAN, boundary.now), inputs)
    beyond = Unseen(*beyond_totals(_flags(films), inputs))
    return ViewResult(body, _freshness(films, inputs, SPEED_TYPES, ("sentiment",), unranked, beyond))


def person_movies(params: PersonMovies, inputs: ViewInputs) -> ViewResult:
    """Builds ``people/{name}/movies``: one page of the movies.

    Raises:
        NotFound: no movie and no network names the person.
    """
    known = _known(params.name, inputs)
    films = Filmography.of(known, inputs)
    end = params.offset + params.limit
    chosen = films.ordered(params.sort_by, params.direction)[params.offset : end].tolist()
    body = {
        **describe_name(known.person),
        "results": films.describe(chosen),
        "total_results": films.total,
        "page": params.offset // params.limit + 1,
        "total_pages": -(-films.total // params.limit),
        "limit": params.limit,
        "offset": params.offset,
        "notes": films.notes,
        "data_source": _source(films),
    }
    return ViewResult(body, _freshness(films, inputs, ("stats",)))


def _known(name: str, inputs: ViewInputs) -> Works:
    found: Known = inputs.found
    if found.works is None:
        raise NotFound("person", name, found.near)
    return found.works


def _trending(films: Filmography, inputs: ViewInputs) -> list[dict[str, Any]]:
    """Which of the movies are among the leading ones now, best first."""
    window = ranking_window(TRENDING_SPAN, inputs.boundary.now)
    candidates, ranked = ranked_candidates(window, None, inputs)
    leading = candidates.movies[ranked[:RANKED]]
    return [
        {
            "movie_id": int(leading[place]),
            "title": inputs.catalogue.title_of(int(leading[place])),
            "rank": place + 1,
            "trending_score": float(candidates.score[ranked[place]]),
        }
        for place in np.flatnonzero(np.isin(leading, films.ids)).tolist()
    ]


def _flags(films: Filmography) -> Flags:
    """Which rows of the catalogue are the person's movies."""
    flags = np.zeros(len(films.movies), np.bool_)
    flags[films.rows] = True
    return flags


def _source(films: Filmography, *, is_speed: bool = False) -> str:
    _, known = films.merged.newer.locate(films.ids)
    return source_of(["batch", *(["speed"] if is_speed or known.any() else [])])


def _freshness(
    films: Filmography,
    inputs: ViewInputs,
    speed_types: tuple[str, ...],
    view_types: tuple[str, ...] = (),
    *others: Unseen,
) -> Freshness:
    """The freshness of an answer about some movies.

    Args:
        films: the movies.
        inputs: of the answer.
        speed_types: data types of the speed layer that it rests on.
        view_types: the batch layer's documents that it rests on beside ``movie_details``.
        others: what else it lacks and assumes.
    """
    catalogue, boundary = inputs.catalogue, inputs.boundary
    unseen = [*find_unseen(_flags(films), films.merged.newer, inputs), *others]
    left_out = inputs.hours.left_out(boundary)
    ends = [catalogue.movies.as_of, *([catalogue.totals_as_of] if view_types else [])]
    return describe(
        boundary,
        inputs.layers,
        speed_types=speed_types,
        batch_as_of=min(filter(None, ends), default=None),
        missing=(
            *(each.missing for each in unseen),
            lost_until(catalogue.lost_of("movie_details", *view_types), None, boundary),
        ),
        assumed=(guess for each in unseen for guess in each.assumed),
        documents=replace(left_out, skipped=(*left_out.skipped, *catalogue.skipped_of("movie_details", *view_types))),
        warnings=inputs.index_warnings,
    )

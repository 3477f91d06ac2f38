"""Plans of reads: the documents that a view needs for its parameters at a time boundary.

A plan is data. Filters begin with an equality on the leading key of a declared index (``merger/indexes/declared.py``)
and hold at most one range, so that every server answers them from the index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.contract.documents import Aliases
from merger.core.boundary import Boundary, Layers
from merger.core.stamps import ODD, stamp_ranges
from merger.core.windows import floor_day
from merger.speed.tables import HourRange
from merger.stores.store import Find
from merger.views.freshness import TTLClass
from merger.views.reading import ViewInputs, ViewResult
from search.reading import SearchIndex

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Plan:
    """The reads of one answer.

    Args:
        reads: finds that are this answer's own.
        hours: layer-wide hours, shared between answers.
        catalogue: whether the catalogue of movies and genres is needed.
        lookup: what the search's index is asked; ``None``: nothing.
        speed_types: speed data types that the answer needs of its own reads; empty: all.
    """

    reads: tuple[Find, ...] = ()
    hours: HourRange | None = None
    catalogue: bool = False
    lookup: Callable[[SearchIndex], object] | None = None
    speed_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanContext(Generic[P]):
    """Basis of a plan: parameters, boundary, both layers' state, and the contract's aliases."""

    params: P
    boundary: Boundary
    layers: Layers
    aliases: Aliases


def _about_many(params: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class View(Generic[P]):
    """One kind of answer.

    Args:
        name: stable, as in metrics and cache keys, e.g. ``movies.sentiment``.
        ttl: how long its answers stay fresh.
        plan: returns the plan of reads. Pure.
        build: computes the answer from the inputs. Pure. Raises ``NotFound``.
        coverage: speed data types that its answers rest on; their layer-wide state is read before the plan is made.
        rests_on: collections without which there is no answer; any other one may fail (F5).
        identity: returns the movie that an answer is about, from its parameters; ``None``: it is about many. The answer
            is invalidated with that movie's data.
        live_days: returns, from the parameters, the decoded answer and the moment it was computed, the reviews that it
            counts by UTC day (``YYYY-MM-DD``), of the days that were over and rest on the speed layer. A sample of the
            answers is compared with the batch layer later (M16); ``None``: there is nothing to compare.
    """

    name: str
    ttl: TTLClass
    plan: Callable[[PlanContext[P]], Plan]
    build: Callable[[P, ViewInputs], ViewResult]
    coverage: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    identity: Callable[[P], int | None] = _about_many
    live_days: Callable[[P, Mapping[str, Any], datetime], Mapping[str, int]] | None = None


MOST_NAMING = 100
"""Most documents of each collection to read of a movie about which nothing else is known."""


def movie_reads(
    movie_id: int,
    view_types: tuple[str, ...],
    context: PlanContext[Any],
    *,
    speed_from: datetime | None,
) -> tuple[Find, ...]:
    """The finds for a movie's batch documents of some types, and for its speed buckets from an hour on.

    The filter names no speed type: producers spell that key differently, and not every server would still use the
    index. The reader drops the documents of other types than ``Plan.speed_types``. Hours that are not stored as dates
    need ranges of their own. While some document has an hour that is no moment, all of the movie's are read.

    Args:
        movie_id: the movie.
        view_types: the types of batch documents to read; empty: none are read.
        context: the aliases and the layers' state.
        speed_from: first hour; ``None``: no buckets are read.
    """
    reads: list[Find] = []
    if view_types:
        names = [spelling for view_type in view_types for spelling in context.aliases.names_of_view(view_type)]
        ids = _ids_of(movie_id, BATCH, context.layers)
        reads += [Find(BATCH, {"movie_id": each, "view_type": {"$in": names}}) for each in ids]
    if speed_from is not None:
        forms = context.layers.hour_forms
        ranges = [{"hour": hours} for hours in stamp_ranges(speed_from, None, forms)] if ODD not in forms else [{}]
        ids = _ids_of(movie_id, SPEED, context.layers)
        reads += [Find(SPEED, {"movie_id": each, **hours}) for each in ids for hours in ranges]
    return tuple(reads)


def naming_reads(movie_id: int, layers: Layers) -> tuple[Find, ...]:
    """The finds for some documents of any kind that name a movie, to see whether there are any."""
    return tuple(
        Find(collection, {"movie_id": each}, limit=MOST_NAMING)
        for collection in (BATCH, SPEED)
        for each in _ids_of(movie_id, collection, layers)
    )


def _ids_of(movie_id: int, collection: str, layers: Layers) -> tuple[int | str, ...]:
    """The id of a movie in the forms that the documents of a collection have."""
    return (movie_id, str(movie_id)) if LAYER_OF[collection] in layers.text_ids else (movie_id,)


def payload_reads(view_type: str, wanted: Mapping[str, Any], aliases: Aliases) -> tuple[Find, ...]:
    """The finds for batch documents whose payload has these values, wherever and under whatever names producers put it.

    The first key of ``wanted`` leads an index. The filter names no view type: its spellings would need an ``$in``, and
    with one not every server uses the index on the values. The contract sorts the types out.

    Requirement D1.
    """
    places = aliases.places_of(view_type, wanted)
    return tuple(Find(BATCH, dict(zip(paths, wanted.values(), strict=True))) for paths in places)


def series_hours_from(boundary: Boundary, layers: Layers) -> datetime:
    """The first hour for which a daily series may need the speed layer: the day of the cutoff, or of a late batch.

    A batch covers at least what happened a day before it was computed; where one covers less, the hours between are
    not read and hence reported missing, never taken as empty.
    """
    start = boundary.cutoff
    if layers.batch_computed_at is not None:
        start = min(start, layers.batch_computed_at - timedelta(days=1))
    else:
        start = boundary.speed_from
    return max(floor_day(start), boundary.speed_from)

"""Raw documents of many movies, and the inputs of a view made from them as the service does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import methodcaller
from types import SimpleNamespace
from typing import Any

from merger.catalogue.builder import CatalogueBuilder
from merger.catalogue.catalogue import Catalogue
from merger.contract.coverage import without_future
from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary, Layers, Policy, SpeedLayer
from merger.core.windows import HOUR
from merger.finding.finder import Finder
from merger.speed.table_builder import build_shared_hours
from merger.views.reading import ViewInputs
from search.reading import SearchIndex

Raw = dict[str, Any]


def at(text: str) -> datetime:
    """``2026-03-10 02:00`` as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def batch_view(view_type: str, data: Any, covers: datetime, **more: Any) -> Raw:
    """A batch document whose run took an hour."""
    return {
        "view_type": view_type,
        "data": data,
        "computed_at": covers + HOUR,
        "covers_until": covers,
        "version": 1,
        **more,
    }


def details(movie_id: int, covers: datetime, **facts: Any) -> Raw:
    """A movie of the catalogue."""
    data = {"title": f"Movie {movie_id}", "genres": ["Drama"], **facts}
    return batch_view("movie_details", data, covers, movie_id=movie_id)


def bucket(movie_id: int, data_type: str, hour: datetime, data: Any, **more: Any) -> Raw:
    """A speed document, synced when its hour was over unless ``synced_at`` says otherwise."""
    return {
        "movie_id": movie_id,
        "data_type": data_type,
        "hour": hour,
        "data": data,
        "synced_at": hour + HOUR,
        **more,
    }


def stats(popularity: float, **more: Any) -> Raw:
    """A ``stats`` payload."""
    return {"vote_average": 7.0, "vote_count": 100, "popularity": popularity, **more}


def view_inputs(
    now: datetime,
    batch: Iterable[Mapping[str, Any]] = (),
    speed: Iterable[Mapping[str, Any]] = (),
    *,
    catalogue: Iterable[Mapping[str, Any]] = (),
    hours: Iterable[Mapping[str, Any]] = (),
    everything: Iterable[Mapping[str, Any]] | None = None,
    policy: Policy | None = None,
    question: str | None = None,
    lookup: Callable[[SearchIndex], Any] | None = None,
) -> ViewInputs:
    """The inputs that the service would pass to a view.

    Args:
        now: of the request.
        batch: documents of the plan's own reads in the batch layer; ``speed`` those in the speed layer.
        catalogue: ``movie_details`` and ``genre_analytics`` documents, lifetime totals.
        hours: layer-wide speed documents.
        everything: the whole speed layer, if that is more than was read.
        policy: of the boundary.
        question: words to find movies of the catalogue by.
        lookup: what else its index is asked.
    """
    if question is not None:
        lookup = methodcaller("find", question)
    contract, boundary = Contract(), Boundary(now, policy or Policy())
    documents = without_future(contract.read(batch=batch, speed=speed), boundary)
    shared = contract.read(speed=hours)
    known = contract.read(batch=catalogue)
    whole = contract.read(speed=[*speed, *hours] if everything is None else everything)
    return ViewInputs(
        boundary=boundary,
        layers=Layers(
            batch_computed_at=max((d.computed_at for d in (*documents.batch, *known.batch)), default=None),
            speed={kind: _layer(whole, kind) for kind in ("sentiment", "stats", "trending")},
        ),
        documents=documents,
        hours=build_shared_hours(shared, now),
        catalogue=catalogue_of(known, boundary),
        found=None if lookup is None else ask_index(known, boundary, lookup),
    )


def ask_index(documents: Documents, boundary: Boundary, lookup: Callable[[SearchIndex], Any]) -> Any:
    """What the index over some documents answers."""
    finder, batch = Finder(None), documents.batch
    texts = [(each.movie_id, each.data) for each in batch if each.movie_id is not None]
    finder.keep(catalogue_of(documents, boundary), SimpleNamespace(movies=lambda: texts, actors=lambda: ()))
    return finder.ask(lookup)[1]


def catalogue_of(documents: Documents, boundary: Boundary) -> Catalogue:
    """The catalogue of some documents."""
    builder = CatalogueBuilder(boundary)
    builder.add(documents)
    return builder.finish()


def _layer(documents: Documents, data_type: str) -> SpeedLayer:
    found = documents.speed_of(data_type)
    return SpeedLayer(
        held=frozenset(document.hour for document in found),
        synced_at=max((document.synced_at for document in found), default=None),
    )

"""Coverage: which hours count as held, given what was read of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from merger.contract.coverage import coverage_of, without_future
from merger.contract.documents import Contract, Skipped, SpeedDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage, SpeedLayer
from merger.core.windows import HOUR
from tests.unit.merger.documents import Raw, at, point, total

NOW = at("2026-11-24 14:40")
BOUNDARY = Boundary(NOW)
FIRST, SECOND = at("2026-11-24 10:00"), at("2026-11-24 11:00")
SYNCED = NOW - timedelta(minutes=2)
LAYERS = Layers(speed={"stats": SpeedLayer(frozenset(), SYNCED)})


MOVIE, OTHER = 1, 2


def covered(*skipped: Skipped, ahead: tuple[SpeedDocument, ...] = ()) -> SpeedCoverage:
    """Coverage with one usable document: the movie's, of the first hour."""
    synced = {(MOVIE, FIRST): SYNCED}
    return coverage_of(
        "stats",
        BOUNDARY,
        LAYERS,
        own=(FIRST,),
        synced_of=lambda movie_id, hour: synced.get((movie_id, hour)),
        skipped=skipped,
        ahead=ahead,
    )


def unreadable(**changes: object) -> Skipped:
    facts: dict[str, Any] = {"layer": "speed", "kind": "stats.data", "reason": "bad", "type": "stats", "hour": FIRST}
    return Skipped(**{**facts, "movie_id": MOVIE, **changes})


def early(hour: datetime, movie_id: int = MOVIE) -> SpeedDocument:
    """A document that is stamped in the future."""
    return SpeedDocument("stats", movie_id, hour, {}, NOW + HOUR)


def test_an_hour_with_a_usable_document_is_held() -> None:
    assert covered().holds(FIRST)
    assert not covered().holds(SECOND)


@pytest.mark.parametrize(
    ("skip", "is_held"),
    [
        (unreadable(), True),  # its age is unknown, and a readable document stands beside it
        (unreadable(written_at=SYNCED), True),
        (unreadable(written_at=SYNCED + timedelta(seconds=1)), False),
        (unreadable(written_at=SYNCED + HOUR, type=None), False),
        (unreadable(written_at=SYNCED + HOUR, type="sentiment"), True),
        (unreadable(written_at=SYNCED + HOUR, layer="batch"), True),
        (unreadable(written_at=SYNCED + HOUR, hour=None), False),
        (unreadable(written_at=SYNCED, movie_id=OTHER), False),
        (unreadable(written_at=SYNCED - HOUR, movie_id=OTHER), False),
        (unreadable(movie_id=OTHER), False),
        (unreadable(written_at=SYNCED, movie_id=None), False),  # nobody knows whose it is
    ],
)
def test_an_unreadable_document_unsettles_an_hour_unless_one_of_the_same_movie_is_as_new(
    skip: Skipped, is_held: bool
) -> None:
    assert covered(skip).holds(FIRST) is is_held


def test_hour_with_only_an_unreadable_document_is_not_held() -> None:
    layers = Layers(speed={"stats": SpeedLayer(frozenset({SECOND}), SYNCED)})
    skipped = [unreadable(hour=SECOND)]
    coverage = coverage_of("stats", BOUNDARY, layers, own=(), synced_of=lambda *_: None, skipped=skipped, ahead=())
    assert not coverage.holds(SECOND)


def test_a_document_from_the_future_unsettles_its_hour() -> None:
    assert covered(ahead=(early(FIRST), early(SECOND))).unreadable == {FIRST, SECOND}
    assert covered(ahead=(early(FIRST, OTHER),)).unreadable == {FIRST}


RUN, AHEAD = NOW - 12 * HOUR, NOW + timedelta(days=2)
GENRE = {"genre": "Drama", "year": 2025, "month": 3, "total_movies": 3}


def skipped_of(*documents: Raw) -> list[tuple[object, ...]]:
    found = without_future(Contract().read(batch=documents), BOUNDARY)
    assert all(document.computed_at <= NOW for document in found.batch)
    return [(each.type, each.movie_id, each.date, each.genre, each.has_date) for each in found.skipped]


def test_batch_documents_from_the_future_are_skipped_with_what_they_are_about() -> None:
    day = point("2026-03-07", 1, RUN, movie_id=MOVIE, computed_at=AHEAD)
    assert skipped_of(day) == [("sentiment", MOVIE, "2026-03-07", None, True)]
    assert skipped_of(total(1, RUN, movie_id=MOVIE, computed_at=AHEAD)) == [("sentiment", MOVIE, None, None, False)]
    month = {"view_type": "genre_analytics", "data": GENRE, "computed_at": AHEAD}
    assert skipped_of(month) == [("genre_analytics", None, "2025-03", "Drama", False)]


def test_batch_documents_of_the_past_are_left_as_they_are() -> None:
    documents = Contract().read(batch=[total(1, RUN), total(-1, RUN)])
    assert without_future(documents, BOUNDARY) is documents


def test_any_readable_document_supersedes_one_from_the_future() -> None:
    (skip,) = without_future(Contract().read(batch=[total(1, RUN, computed_at=AHEAD)]), BOUNDARY).skipped
    assert skip.is_superseded_by((RUN, 0, 0))
    assert not skip.is_superseded_by(None)

"""Coverage: which hours count as held, given what was read of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from merger.contract.coverage import coverage_of
from merger.contract.documents import Skipped, SpeedDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage, SpeedLayer
from merger.core.windows import HOUR
from tests.unit.merger.documents import at

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


def test_a_document_from_the_future_unsettles_only_an_hour_without_another_of_its_movie() -> None:
    coverage = covered(ahead=(early(FIRST), early(SECOND)))
    assert coverage.holds(FIRST)
    assert coverage.unreadable == {SECOND}
    assert covered(ahead=(early(FIRST, OTHER),)).unreadable == {FIRST}

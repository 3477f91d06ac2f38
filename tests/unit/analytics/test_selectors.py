"""Selectors of analytics choose the view and write their parameters in one way."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from analytics import selectors
from analytics.actors import Actor
from merger.catalogue.catalogue import Catalogue
from merger.catalogue.people import PeopleBuilder
from merger.core.evidence import Completeness
from merger.errors import StoreUnavailable

NOW = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Completeness]]:
    """Records the selectors' requests to the service: view, parameters and ``completeness``."""
    found: list[tuple[str, Any, Completeness]] = []

    def fetch(view: Any, params: Any, *, completeness: Completeness) -> None:
        found.append((view.name, params, completeness))

    service = SimpleNamespace(fetch=fetch, boundary=lambda: SimpleNamespace(now=NOW), catalogue_at_hand=Catalogue())
    monkeypatch.setattr(selectors, "service", lambda: service)
    return found


@pytest.mark.parametrize(
    ("year", "view"),
    [(2025, "analytics.genre_history"), (2026, "analytics.genre"), (None, "analytics.genre")],
)
def test_a_past_year_is_cached_as_history(
    fetched: list[tuple[str, Any, Completeness]], year: int | None, view: str
) -> None:
    selectors.genre_statistics(genre="Drama", year=year)
    assert [name for name, _, _ in fetched] == [view]


def test_spellings_of_a_genre_share_their_parameters(fetched: list[tuple[str, Any, Completeness]]) -> None:
    for genre in ("Drama", " drama ", "DRAMA"):
        selectors.genre_statistics(genre=genre, year=1999)
        selectors.sentiment_by_tier(genre=genre)
    assert len({params for _, params, _ in fetched}) == 2


def test_blanks_of_an_actors_name_are_single(fetched: list[tuple[str, Any, Completeness]]) -> None:
    selectors.actor_collaborations(name="  Tom   Hanks ", completeness=Completeness.STRICT)
    assert fetched == [("analytics.actor", Actor("Tom Hanks"), Completeness.STRICT)]


def test_an_actor_is_looked_for_under_every_stored_spelling(
    fetched: list[tuple[str, Any, Completeness]], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = PeopleBuilder()
    people.add_name("Penélope Cruz")
    catalogue = Catalogue(people=people.finish())

    def away() -> Catalogue:
        raise StoreUnavailable("away")

    service = vars(selectors)["service"]()
    for at_hand, load in ((catalogue, away), (None, lambda: catalogue), (None, away)):
        monkeypatch.setattr(service, "catalogue_at_hand", at_hand)
        monkeypatch.setattr(service, "catalogue", load, raising=False)
        selectors.actor_collaborations(name="penelope cruz")
    known = Actor("penelope cruz", ("Penélope Cruz",))
    assert [params for _, params, _ in fetched] == [known, known, Actor("penelope cruz")]

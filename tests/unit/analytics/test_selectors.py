"""Selectors of analytics choose the view and write their parameters in one way."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from analytics import selectors
from analytics.actors import Actor
from merger.catalogue.catalogue import Catalogue
from merger.core.evidence import Completeness
from merger.errors import StoreUnavailable
from search.texts import MovieTexts
from tests.unit.search.questions.sample_index import index_of

NOW = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Completeness]]:
    """Records the selectors' requests to the service: view, parameters and ``completeness``."""
    found: list[tuple[str, Any, Completeness]] = []

    def fetch(view: Any, params: Any, *, completeness: Completeness) -> None:
        found.append((view.name, params, completeness))

    def no_index(*_: Any) -> None:
        raise StoreUnavailable("still being built")

    service = SimpleNamespace(
        fetch=fetch,
        boundary=lambda: SimpleNamespace(now=NOW),
        catalogue_at_hand=Catalogue(),
        finder=SimpleNamespace(ask=no_index),
    )
    monkeypatch.setattr(selectors, "asked_service", lambda: service)
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
    index = index_of(MovieTexts(1, title="Volver", cast=("Penélope Cruz",)))

    def away(*_: Any) -> None:
        raise StoreUnavailable("away")

    def here(lookup: Any, wait: float) -> tuple[str, Any]:
        return "", lookup(index)

    service = vars(selectors)["asked_service"]()
    for at_hand, load, ask in (
        (Catalogue(), away, here),
        (None, Catalogue, here),
        (None, away, here),
        (None, Catalogue, away),
    ):
        monkeypatch.setattr(service, "catalogue_at_hand", at_hand)
        monkeypatch.setattr(service, "catalogue", load, raising=False)
        monkeypatch.setattr(service, "finder", SimpleNamespace(ask=ask), raising=False)
        selectors.actor_collaborations(name="penelope cruz")
    known, unknown = Actor("penelope cruz", ("Penélope Cruz",)), Actor("penelope cruz")
    assert [params for _, params, _ in fetched] == [known, known, unknown, unknown]

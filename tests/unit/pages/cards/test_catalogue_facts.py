"""A card's facts are the catalogue's at hand, and its address names them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pages.cards import catalogue_facts
from pages.cards.catalogue_facts import card_facts, card_url
from pages.cards.drawing import CardFacts


def hold(monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any] | None) -> None:
    catalogue = None if facts is None else SimpleNamespace(facts_of=lambda _: facts)
    monkeypatch.setattr(catalogue_facts, "service", lambda: SimpleNamespace(catalogue_at_hand=catalogue))


def test_facts_are_the_catalogues(monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, {"title": "Fight Club", "genres": ("Drama",), "release_date": "1999-10-15", "vote_count": 3})
    facts = CardFacts("Fight Club", ("Drama",), 1990)
    assert card_facts(550) == facts
    assert card_url(550) == f"/movies/550/card.svg?v={facts.version}"


def test_missing_facts_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, {"vote_count": 3})
    assert card_facts(550) == CardFacts()


@pytest.mark.parametrize("facts", [None, {}])
def test_without_the_movie_the_address_names_no_version(
    monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any] | None
) -> None:
    hold(monkeypatch, facts)
    assert card_facts(550) is None
    assert card_url(550) == "/movies/550/card.svg"

"""The facts of a movie's title card, from the process's copy of the catalogue: no card asks a store."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from merger.wiring import service
from pages.cards.drawing import CardFacts


def card_facts(movie_id: int) -> CardFacts | None:
    """Returns what a movie's card is drawn from; ``None`` while the catalogue is not read or does not know it."""
    catalogue = service().catalogue_at_hand
    facts = {} if catalogue is None else catalogue.facts_of(movie_id)
    if not facts:
        return None
    released = facts.get("release_date")
    return CardFacts(
        facts.get("title", ""), tuple(facts.get("genres", ())), int(released[:4]) // 10 * 10 if released else None
    )


def card_url(movie_id: int) -> str:
    """Returns the address of a movie's card; it names the card's version, so that browsers may keep it."""
    facts = card_facts(movie_id)
    address = reverse("pages-card", args=[movie_id])
    return address if facts is None else f"{address}?{urlencode({'v': facts.version})}"

"""Facts and addresses of title cards, from the process's copy of the catalogue: no card asks a store."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from merger.wiring import service
from pages.cards.drawing import CardFacts
from pages.cards.shared import draw_site, version_of
from pages.sharing.summary import SITE


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
    return _versioned("pages-card", movie_id)


def shared_card_url(movie_id: int) -> str:
    """Returns the address of the picture that a link to a movie's page shows; it names its version."""
    return _versioned("pages-shared-card", movie_id)


def site_card_url() -> str:
    """Returns the address of the picture that a link to another page shows; it names its version."""
    return f"{reverse('pages-site-card')}?{urlencode({'v': version_of(draw_site(SITE))})}"


def _versioned(name: str, movie_id: int) -> str:
    facts = card_facts(movie_id)
    address = reverse(name, args=[movie_id])
    return address if facts is None else f"{address}?{urlencode({'v': facts.version})}"

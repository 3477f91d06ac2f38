"""What a shared link shows: a sentence about a movie, from its details. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pages.figures.tables import format_value

SITE: Final = "What is rising in film right now, how audiences feel about it, and how far to trust the numbers."
"""The sentence of pages without one of their own."""


def movie_summary(details: Mapping[str, Any]) -> str:
    """Describes a movie in a sentence or two, of what is known."""
    facts = [str(details["release_date"])[:4]] if details.get("release_date") else []
    facts += [", ".join(details["genres"][:3])] if details.get("genres") else []
    if details.get("directors"):
        facts.append(f"directed by {details['directors'][0]}")
    if details.get("vote_average") is not None and details.get("vote_count"):
        votes = f"{format_value(details['vote_count'], 'count')} votes"
        facts.append(f"rated {format_value(details['vote_average'], 'rating')} of 10 by {votes}")
    sentence = f"{' · '.join(facts)}. " if facts else ""
    return f"{sentence}Audience sentiment and popularity, hour by hour."

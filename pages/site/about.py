"""What this service is, and what one may ask it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from pages.frame.page import BrowserPage


@dataclass(frozen=True, slots=True)
class Example:
    """A request that a newcomer may try, with what it shows."""

    url: str
    about: str


def examples() -> tuple[Example, ...]:
    """The requests that the page proposes; the movies are The Matrix and Inception."""
    return (
        Example(reverse("movie", args=["603"]), "details of a movie, merged"),
        Example(
            f"{reverse('movie-sentiment', args=['27205'])}?window=7d", "what reviewers felt in the last seven days"
        ),
        Example(f"{reverse('trending-movies')}?window=6h&limit=5", "what is rising right now"),
        Example(f"{reverse('analytics-trends')}?metric=rating&window=30d", "ratings day by day"),
        Example(f"{reverse('search-movies')}?q=star&rating_min=7&limit=5", "search with filters"),
        Example(reverse("search-genres"), "every genre with its numbers"),
    )


class About(BrowserPage):
    """How an answer comes about, and requests to try; for everybody."""

    template = "pages/about.html"
    is_open = True

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        return {"examples": examples()}

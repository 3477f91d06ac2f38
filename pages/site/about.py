"""The about page: how answers are merged, and requests to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from pages.frame.page import BrowserPage


@dataclass(frozen=True, slots=True)
class Example:
    """A request to try, and what it shows."""

    url: str
    about: str


def examples() -> tuple[Example, ...]:
    """Requests that the page suggests; the movies are The Matrix and Inception."""
    return (
        Example(reverse("movie", args=["603"]), "a movie's details, merged from both layers"),
        Example(
            f"{reverse('movie-sentiment', args=['27205'])}?window=7d",
            "how reviewers felt in the last seven days",
        ),
        Example(f"{reverse('trending-movies')}?window=6h&limit=5", "the movies that are trending right now"),
        Example(f"{reverse('analytics-trends')}?metric=rating&window=30d", "average ratings, day by day"),
        Example(f"{reverse('search-movies')}?q=star&rating_min=7&limit=5", "search with filters"),
        Example(reverse("search-genres"), "all genres with their numbers"),
    )


class About(BrowserPage):
    """The about page, open to everyone."""

    template = "pages/about.html"
    shows_runs = False
    is_open = True

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        return {"examples": examples()}

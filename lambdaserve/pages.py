"""The start page and the two readers of the API's description."""

from __future__ import annotations

from dataclasses import dataclass

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from lambdaserve import __version__


@dataclass(frozen=True, slots=True)
class Example:
    """A request that a newcomer may try, with what it shows."""

    url: str
    about: str


def examples() -> tuple[Example, ...]:
    """The requests that the start page proposes; the movies are The Matrix and Inception."""
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


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What this service is, how it is doing and where everything lies."""
    return render(request, "start.html", {"version": __version__, "examples": examples()})


# Both readers write style elements from their own script; nothing else of the policy is loosened for them.
_STYLED = {"style-src": ["'self'", "'unsafe-inline'"]}


@method_decorator(csp_update(_STYLED), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """Swagger UI at ``/api/docs/``, with every file from this server (A5)."""

    template_name = "docs/swagger.html"


@method_decorator(csp_update({**_STYLED, "worker-src": ["blob:"]}), name="dispatch")
class RedocView(SpectacularRedocView):
    """ReDoc at ``/api/redoc/``, with every file from this server (A5)."""

    template_name = "docs/redoc.html"

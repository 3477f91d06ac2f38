"""The parts of pages that refresh: rendered into a page, alone for htmx, and pushed to open streams, from one template.

A fragment is named with what it is about in one text, its topic, such as ``trending?window=6h``: what a page asks for,
what a stream is opened for, and what an open stream's HTML is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from rest_framework.exceptions import ValidationError

from lambdaserve.api.parameters import QueryParameters, WholeNumberField
from lambdaserve.ops.health.monitor import monitor
from merger.contract.fields import LARGEST_COUNT
from merger.deadline import deadline
from movies.selectors import movie_get, movie_sentiment_get, movie_stats_list
from pages.figures import charts
from pages.figures.drawing import sparkline
from pages.frame.parts import Part, load_part
from trending.selectors import movies_trending, trending_history
from trending.serializers import TrendingParameters


class MovieParameters(QueryParameters):
    """Of the fragment ``movie``."""

    movie_id = WholeNumberField(least=0, most=LARGEST_COUNT)


class FreshnessParameters(QueryParameters):
    """Of the fragment ``freshness``."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a page.

    Args:
        template: of it.
        parameters: what it can be asked for.
        content: from their values to what the template shows; ``parts`` are the answers that it rests on.
    """

    template: str
    parameters: type[QueryParameters]
    content: Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RenderedFragment:
    """A fragment as it is at a moment.

    Args:
        html: of it.
        version: equal as long as the answers are that it is made from.
    """

    html: str
    version: str


def trending(*, window: Any, limit: int, genre: str | None = None) -> dict[str, Any]:
    """The ranking with places before and the last day's scores.

    Raises:
        NotFound: the genre is unknown.
    """
    ranked = load_part(lambda: movies_trending(window=window, limit=limit, genre=genre))
    # Where the ranking stands, it is shown without what would only be beside it.
    history = load_part(lambda: trending_history(window=window, limit=limit, hours=24, genre=genre))
    by_movie = {each["movie_id"]: each for each in history.data["movies"]} if history.data else {}
    return {
        "ranked": ranked,
        "movies": [_ranked(movie, by_movie.get(movie["movie_id"])) for movie in _listed(ranked, "trending_movies")],
        "history": history,
        "parts": (ranked, history),
    }


def _ranked(movie: Mapping[str, Any], past: Mapping[str, Any] | None) -> dict[str, Any]:
    before = None if past is None else past["rank_before"]
    return {
        **movie,
        "name": charts.name_of(movie),
        "is_new": past is not None and before is None,
        "climbed": None if before is None else before - movie["rank"],
        "spark": None if past is None else sparkline([score["trending_score"] for score in past["scores"]]),
    }


def _listed(part: Part, name: str) -> list[Any]:
    return list(part.data[name]) if part.data else []


def movie(*, movie_id: int) -> dict[str, Any]:
    """A movie's newest numbers.

    Raises:
        NotFound: neither layer knows it.
    """
    details = load_part(lambda: movie_get(movie_id=movie_id))
    sentiment = load_part(lambda: movie_sentiment_get(movie_id=movie_id))
    stats = load_part(lambda: movie_stats_list(movie_id=movie_id))
    return {
        "details": details,
        "sentiment": sentiment,
        "stats": stats,
        "parts": (details, sentiment, stats),
    }


def freshness() -> dict[str, Any]:
    """How far both layers reach, and how the stores are; asks nobody more than once a second."""
    return {"health": monitor().report(), "parts": ()}


FRAGMENTS: Final[Mapping[str, Fragment]] = {
    "trending": Fragment("pages/parts/trending.html", TrendingParameters, trending),
    "movie": Fragment("pages/parts/movie_numbers.html", MovieParameters, movie),
    "freshness": Fragment("pages/parts/freshness.html", FreshnessParameters, freshness),
}


def make_topic(name: str, **values: Any) -> str:
    """The text of a fragment and what it is about."""
    query = urlencode(sorted((key, value) for key, value in values.items() if value is not None))
    return f"{name}?{query}" if query else name


def fragment_url(about: str) -> str:
    """Where a fragment is to be had by itself."""
    name, _, query = about.partition("?")
    found = reverse("pages-fragment", args=[name])
    return f"{found}?{query}" if query else found


def render_fragment(about: str) -> RenderedFragment:
    """A fragment's HTML.

    Args:
        about: a topic.

    Raises:
        ValidationError: it is none.
        NotFound: it is about something that does not exist.
    """
    name, _, query = about.partition("?")
    fragment = FRAGMENTS.get(name)
    if fragment is None:
        raise ValidationError({"topic": [f"there is no {name}; these are: {', '.join(FRAGMENTS)}"]})
    values = fragment.parameters.read(QueryDict(query))
    del values["strict"]  # a page shows what there is
    with deadline(settings.MONGODB_TIMEOUT):
        context = fragment.content(**values)
    html = render_to_string(fragment.template, {**context, "topic": about})
    return RenderedFragment(html, " ".join(part.etag for part in context["parts"]))

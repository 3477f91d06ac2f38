"""Fragments: parts of pages that refresh. One template serves the page, htmx and the open streams.

A topic is a text that names a fragment and its parameters, such as ``trending?window=6h``. Pages, streams and the hub
all refer to a fragment by its topic.
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
from pages.frame import verdict
from pages.frame.parts import Part, load_part, say_once
from trending.selectors import movies_trending, trending_history
from trending.serializers import TrendingParameters


class MovieParameters(QueryParameters):
    """Parameters of the fragment ``movie``."""

    movie_id = WholeNumberField(least=0, most=LARGEST_COUNT)


class FreshnessParameters(QueryParameters):
    """Parameters of the fragment ``freshness``: none."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A kind of fragment.

    Args:
        template: path of its template.
        parameters: the parameters that a topic may carry.
        content: builds the template's context from their values; the parts in it are the answers used.
    """

    template: str
    parameters: type[QueryParameters]
    content: Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RenderedFragment:
    """A fragment at one moment.

    Args:
        html: its HTML.
        version: equal for equal answers.
    """

    html: str
    version: str


def trending(*, window: Any, limit: int, genre: str | None = None) -> dict[str, Any]:
    """Content of the fragment ``trending``: the ranking, with earlier ranks and the last day's scores.

    Raises:
        NotFound: the genre is unknown.
    """
    ranked = load_part(lambda: movies_trending(window=window, limit=limit, genre=genre))
    # If the history fails, the ranking is shown without it.
    history = load_part(lambda: trending_history(window=window, limit=limit, hours=24, genre=genre))
    by_movie = {each["movie_id"]: each for each in history.list_of("movies")}
    movies = [_movie_row(movie, by_movie.get(movie["movie_id"])) for movie in ranked.list_of("trending_movies")]
    return {"ranked": ranked, "movies": movies, "history": history}


def _movie_row(movie: Mapping[str, Any], past: Mapping[str, Any] | None) -> dict[str, Any]:
    before = None if past is None else past["rank_before"]
    return {
        **movie,
        "name": charts.name_of(movie),
        "is_new": past is not None and before is None,
        "climbed": None if before is None else before - movie["rank"],
        "spark": None if past is None else sparkline([score["trending_score"] for score in past["scores"]]),
    }


def movie(*, movie_id: int) -> dict[str, Any]:
    """Content of the fragment ``movie``: a movie's newest numbers.

    Raises:
        NotFound: neither layer knows it.
    """
    details = load_part(lambda: movie_get(movie_id=movie_id))
    sentiment = load_part(lambda: movie_sentiment_get(movie_id=movie_id))
    stats = load_part(lambda: movie_stats_list(movie_id=movie_id))
    return {"details": details, "sentiment": sentiment, "stats": stats}


def freshness() -> dict[str, Any]:
    """Content of the fragment ``freshness``: state of layers and stores, asked at most once a second."""
    services = monitor().report()["services"]
    return {
        "services": services,
        "verdict": verdict.judge(services),
        "speed_lag": verdict.speed_lag(services),
        "layer_words": verdict.LAYER_WORDS,
    }


FRAGMENTS: Final[Mapping[str, Fragment]] = {
    "trending": Fragment("pages/parts/trending.html", TrendingParameters, trending),
    "movie": Fragment("pages/parts/movie_numbers.html", MovieParameters, movie),
    "freshness": Fragment("pages/parts/freshness.html", FreshnessParameters, freshness),
}


def make_topic(name: str, **values: Any) -> str:
    """Builds the topic of a fragment from its name and parameters."""
    query = urlencode(sorted((key, value) for key, value in values.items() if value is not None))
    return f"{name}?{query}" if query else name


def fragment_url(topic: str) -> str:
    """URL that serves one fragment alone."""
    name, _, query = topic.partition("?")
    url = reverse("pages-fragment", args=[name])
    return f"{url}?{query}" if query else url


def render_fragment(topic: str) -> RenderedFragment:
    """Renders a fragment.

    Args:
        topic: names the fragment and its parameters.

    Raises:
        ValidationError: the topic is invalid.
        NotFound: the topic names something that does not exist.
    """
    name, _, query = topic.partition("?")
    fragment = FRAGMENTS.get(name)
    if fragment is None:
        raise ValidationError({"topic": [f"unknown fragment {name}; use one of: {', '.join(FRAGMENTS)}"]})
    values = fragment.parameters.read(QueryDict(query))
    del values["completeness"]  # a page shows what is available
    with deadline(settings.MONGODB_TIMEOUT):
        context = fragment.content(**values)
    version = " ".join(part.etag for part in context.values() if isinstance(part, Part))
    html = render_to_string(fragment.template, {**say_once(context), "topic": topic})
    return RenderedFragment(html, version)

"""Fragments: parts of pages that refresh. One template serves the page, htmx and the open streams.

A topic is a text that names a fragment and its parameters, such as ``trending?window=6h``. Pages, streams and the hub
all refer to a fragment by its topic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
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
from merger.core.windows import Span, parse_span
from merger.deadline import deadline
from merger.errors import NotFound
from merger.wiring import asked_service
from movies.selectors import movie_get, movie_sentiment_get, movie_stats_list
from pages.figures import movers
from pages.figures.drawing import scale
from pages.figures.ranks import rank_in_genre
from pages.frame import verdict
from pages.frame.parts import Part, load_part, say_once
from trending.selectors import movies_trending, trending_history
from trending.serializers import TrendingParameters

WINDOWS: Final = ("1h", "6h", "24h", "48h")
"""Windows that the pages offer for a ranking; the URL accepts any that the API accepts."""

MOVERS_CONSIDERED: Final = 50
"""Leading movies among which the overview looks for those that rise and fall."""

MOVERS_SHOWN: Final = 6
"""Movies that rise, and movies that fall."""

_LEAST_HOURS, _MOST_HOURS = 24, 168


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


def trending(*, window: Span, limit: int, genre: str | None = None) -> dict[str, Any]:
    """Content of the fragment ``trending``: the ranking, with earlier ranks and the scores of at least a day.

    Raises:
        NotFound: the genre is unknown.
    """
    hours = _hours_shown(window)
    ranked = load_part(lambda: movies_trending(window=window, limit=limit, genre=genre))
    # If the history fails, the ranking is shown without it.
    history = load_part(lambda: trending_history(window=window, limit=limit, hours=hours, genre=genre))
    return {
        "ranked": ranked,
        "history": history,
        "hours": hours,
        "movies": movers.rows(ranked.list_of("trending_movies"), history.data),
        "ways_on": _ways_on(window.label, genre),
    }


def _hours_shown(window: Span) -> int:
    """Hours of scores beside a ranking: all that it counts, and at least a day."""
    return max(_LEAST_HOURS, min(_MOST_HOURS, (window.length or timedelta.max) // timedelta(hours=1)))


def _ways_on(label: str, genre: str | None) -> list[tuple[str, str]]:
    """Where to look if a ranking is empty: in a longer window, then among all genres."""
    page, own = reverse("pages-trending"), {} if genre is None else {"genre": genre}
    place = WINDOWS.index(label) + 1 if label in WINDOWS else 0
    longer = WINDOWS[max(place, WINDOWS.index("24h")) :]
    ways = [(f"Try {longer[0]}", f"{page}?{urlencode({'window': longer[0], **own})}")] if longer else []
    return [*ways, ("All genres", f"{page}?{urlencode({'window': label})}")] if own else ways


def movers_of(*, window: Span, limit: int, genre: str | None = None) -> dict[str, Any]:
    """Content of the fragment ``movers``: the movies of a ranking that rise and that fall most, with reasons.

    Raises:
        NotFound: the genre is unknown.
    """
    content = trending(window=window, limit=limit, genre=genre)
    lists = [choose(content["movies"], MOVERS_SHOWN) for choose in (movers.rising, movers.falling)]
    history = content["history"].data
    reviews = {row["movie_id"]: _two_days(row["movie_id"]) for rows in lists for row in rows}
    rising, falling = (
        [{**row, "why": movers.reasons(row, reviews[row["movie_id"]].data, history["before"])} for row in rows]
        if history
        else [{**row, "why": ""} for row in rows]
        for rows in lists
    )
    return {**content, "rising": rising, "falling": falling, "reviews": tuple(reviews.values())}


def _two_days(movie_id: int) -> Part:
    """A movie's sentiment by hour; without it, its rise or fall is shown without a word on reviews."""
    try:
        return load_part(lambda: movie_sentiment_get(movie_id=movie_id, window=parse_span("48h")))
    except NotFound:  # the ranking may be older than the deletion of a movie
        return Part(None)


def movie(*, movie_id: int) -> dict[str, Any]:
    """Content of the fragment ``movie``: a movie's newest numbers.

    Raises:
        NotFound: neither layer knows it.
    """
    details = load_part(lambda: movie_get(movie_id=movie_id))
    sentiment = load_part(lambda: movie_sentiment_get(movie_id=movie_id))
    stats = load_part(lambda: movie_stats_list(movie_id=movie_id))
    rating = details.map(lambda found: found["vote_average"] if found["vote_count"] else None)
    score = sentiment.map(lambda found: found["sentiment"]["overall_score"])
    catalogue = asked_service().catalogue_at_hand
    return {
        "details": details,
        "sentiment": sentiment,
        "stats": stats,
        "rating": rating,
        "rating_bar": None if rating is None else scale(rating, 0, 10),
        "sentiment_bar": None if score is None else scale(score, -1, 1),
        "rank": None if catalogue is None else rank_in_genre(catalogue, movie_id),
    }


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
    "movers": Fragment("pages/parts/movers.html", TrendingParameters, movers_of),
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
    version = " ".join(_etags(context.values()))
    html = render_to_string(fragment.template, {**say_once(context), "topic": topic})
    return RenderedFragment(html, version)


def _etags(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, Part):
            yield value.etag
        elif isinstance(value, tuple):
            yield from _etags(value)

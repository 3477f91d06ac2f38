"""A movie's page: what it is, how it is received, the last two days, its people, and what to see next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from rest_framework.exceptions import ValidationError

from analytics.selectors import actor_collaborations
from lambdaserve.api.parameters import QueryParameters, SpanField, number_in_path
from merger.core.windows import Granularity, Span, parse_span
from merger.errors import NotFound
from movies.selectors import movie_get, movie_sentiment_get
from pages.cards.catalogue_facts import shared_card_url
from pages.cards.posters import poster_url
from pages.figures import charts, facts
from pages.frame import fragments
from pages.frame.page import BrowserPage
from pages.frame.parts import Part, load_part
from pages.sharing.summary import movie_summary
from people.selectors import known_names
from recommendations.selectors import movies_similar
from trending.selectors import movies_trending

WINDOWS: Final = ("48h", "7d", "30d", "90d", "365d")
"""Windows that the switch offers; the URL accepts any that the API accepts."""


MOST_SEEN_NEXT: Final = 8
"""Similar movies that are offered."""


MOST_AT_HAND: Final = 12
"""Other movies that are offered where one can't be shown."""

MOST_PARTNERS: Final = 12
"""Actors named with whom the first of the cast works."""


class MovieParameters(QueryParameters):
    """Query parameters of a movie's page: its charts need a window with a beginning."""

    window = SpanField(default=parse_span("30d"))


class Movie(BrowserPage):
    """What a movie is, how it is received, the last two days, its people, and what to see next."""

    template = "pages/movie.html"
    parameters = MovieParameters
    fields = ("window",)
    subject = "This movie"
    data_view = "movie"

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        movie_id = _movie_id(path["movie_id"])
        numbers = fragments.movie(movie_id=movie_id)
        timeline = _timeline(movie_id, values["window"])
        stats, known = numbers["stats"], numbers["details"].data or {}
        cast = known.get("cast") or []
        partners = _collaborators(cast[0] if cast else None).list_of("collaborators")[:MOST_PARTNERS]
        return {
            **numbers,
            "topic": fragments.make_topic("movie", movie_id=movie_id),
            "movie": {"movie_id": movie_id, "poster_path": known.get("poster_path")},
            "name": charts.name_of({"movie_id": movie_id, "title": known.get("title")}),
            "story": facts.story_of(known),
            "language": facts.language(known.get("original_language")),
            "decade": facts.decade_of(known.get("release_date")),
            "timeline": timeline,
            "window": values["window"].label,
            "windows": WINDOWS,
            "cast": cast,
            "directors": known.get("directors") or [],
            "partners": partners,
            "sentiment_table": timeline.map(lambda answer: charts.sentiment_timeline(answer, values["window"])),
            "rating_table": stats.map(charts.rating_timeline),
            "popularity_table": stats.map(charts.popularity_timeline),
            "see_next": _see_next(movie_id),
            "linked": known_names(each["actor"] for each in partners),
            "main": numbers["details"],
        }

    def describe(self, context: Mapping[str, Any]) -> str:
        """Describes the movie by what is known."""
        return movie_summary(context["details"].data or {})

    def picture(self, context: Mapping[str, Any]) -> str:
        """The movie's poster, else its card beside its title."""
        return poster_url(context["movie"]) or shared_card_url(context["movie"]["movie_id"])

    def at_hand(self, context: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Trending movies whose pages can be shown."""
        # The overview's answer, which is the likeliest to be at hand.
        ranked = load_part(lambda: movies_trending(window=parse_span("6h"), limit=fragments.MOVERS_CONSIDERED))
        leading = ranked.list_of("trending_movies")[:MOST_AT_HAND]
        movies = [each for each in leading if not _is_away(each["movie_id"])]
        return [(charts.name_of(each), reverse("pages-movie", args=[each["movie_id"]])) for each in movies]


def _movie_id(text: str) -> int:
    """Reads a movie's id from the path; a text that can be none is no movie's."""
    try:
        return number_in_path("movie_id", text)
    except ValidationError:
        raise NotFound("movie", text) from None


def _timeline(movie_id: int, window: Span) -> Part:
    """Loads the sentiment by hour or day, as the window's unit has it; by day if some hours are known as days alone."""
    found = load_part(lambda: movie_sentiment_get(movie_id=movie_id, window=window))
    if found.data is None or found.data["granularity"] == Granularity.DAY:
        return found
    if all("hour" in point for point in found.list_of("breakdown")):
        return found
    return load_part(lambda: movie_sentiment_get(movie_id=movie_id, window=window, granularity=Granularity.DAY))


def _is_away(movie_id: int) -> bool:
    try:
        return load_part(lambda: movie_get(movie_id=movie_id)).failed
    except NotFound:
        return True


def _see_next(movie_id: int) -> Part:
    """Loads similar movies; the page is whole without them."""
    try:
        return load_part(lambda: movies_similar(movie_id=movie_id, limit=MOST_SEEN_NEXT))
    except NotFound:
        return Part(None)


def _collaborators(actor: str | None) -> Part:
    """Loads an actor's collaborators; the page is whole without them."""
    if actor is None:
        return Part(None)
    try:
        return load_part(lambda: actor_collaborations(name=actor))
    except NotFound:
        return Part(None)

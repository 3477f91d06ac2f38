"""Links in the API's description (A5): which members of an answer are the parameters of which other questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Link(NamedTuple):
    """From an answer to a question.

    Attributes:
        source: operation that answers.
        member: of the answer, as a JSON pointer.
        parameter: of the path that it is a value of.
        targets: operations that have it.
    """

    source: str
    member: str
    parameter: str
    targets: tuple[str, ...]


_OF_MOVIES = ("movies_details", "movies_sentiment", "movies_stats")
_OF_GENRES = ("trending_genre", "analytics_genre")
LINKS = (
    Link("movies_details", "/movie_id", "movie_id", _OF_MOVIES[1:]),
    Link("movies_details", "/genres/0", "genre", _OF_GENRES),
    Link("movies_details", "/cast/0", "name", ("analytics_actor",)),
    Link("search_movies", "/results/0/movie_id", "movie_id", _OF_MOVIES),
    Link("search_movies", "/results/0/genres/0", "genre", _OF_GENRES),
    Link("search_genres", "/genres/0/genre", "genre", _OF_GENRES),
    Link("trending_movies", "/trending_movies/0/movie_id", "movie_id", _OF_MOVIES),
    Link("trending_genre", "/trending_movies/0/movie_id", "movie_id", _OF_MOVIES),
    Link("analytics_genre", "/top_movies/0/movie_id", "movie_id", _OF_MOVIES),
    Link("analytics_overview", "/by_genre/0/genre", "genre", _OF_GENRES),
    Link("analytics_actor", "/collaborators/0/actor", "name", ("analytics_actor",)),
)


def add_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular's: the description with ``LINKS`` in its 200 answers."""
    operations = {each["operationId"]: each for each in _operations(result["paths"])}
    for link in LINKS:
        links = operations[link.source]["responses"]["200"].setdefault("links", {})
        for target in link.targets:
            found = {"operationId": target, "parameters": {link.parameter: f"$response.body#{link.member}"}}
            links[f"{target}.of{link.member.replace('/', '.')}"] = found
    return result


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [operation for methods in paths.values() for operation in methods.values()]

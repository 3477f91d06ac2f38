"""Links in the API's description: which members of an answer are parameters of other operations.

Requirement A5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Link(NamedTuple):
    """A link from a member of one operation's answer to a path parameter of others.

    Attributes:
        source: operation whose answer has the member.
        member: JSON pointer into the answer.
        parameter: path parameter that takes the member's value.
        targets: operations that have this parameter.
    """

    source: str
    member: str
    parameter: str
    targets: tuple[str, ...]


_MOVIE_OPERATIONS = ("movies_details", "movies_sentiment", "movies_stats", "recommendations_similar")
_GENRE_OPERATIONS = ("trending_genre", "analytics_genre", "recommendations_genre")
_PERSON_OPERATIONS = ("people_person", "people_movies")
LINKS = (
    Link("movies_details", "/movie_id", "movie_id", _MOVIE_OPERATIONS[1:]),
    Link("movies_details", "/genres/0", "genre", _GENRE_OPERATIONS),
    Link("movies_details", "/cast/0", "name", ("analytics_actor", *_PERSON_OPERATIONS)),
    Link("movies_details", "/directors/0", "name", _PERSON_OPERATIONS),
    Link("search_movies", "/results/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("search_movies", "/results/0/genres/0", "genre", _GENRE_OPERATIONS),
    Link("search_genres", "/genres/0/genre", "genre", _GENRE_OPERATIONS),
    Link("trending_movies", "/trending_movies/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("trending_genre", "/trending_movies/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("analytics_genre", "/top_movies/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("analytics_overview", "/by_genre/0/genre", "genre", _GENRE_OPERATIONS),
    Link("analytics_actor", "/actor", "name", _PERSON_OPERATIONS),
    # None to the operations of people: a name that networks alone hold is no person.
    Link("analytics_actor", "/collaborators/0/actor", "name", ("analytics_actor",)),
    Link("search_movies", "/results/0/highlights/people/0", "name", _PERSON_OPERATIONS),
    Link("people_find", "/results/0/name", "name", _PERSON_OPERATIONS),
    Link("people_person", "/name", "name", ("people_movies", "analytics_actor")),
    Link("people_person", "/movies/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("people_person", "/works_with/0/name", "name", _PERSON_OPERATIONS),
    Link("people_person", "/trending/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("people_movies", "/results/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("recommendations_similar", "/recommendations/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("recommendations_genre", "/recommendations/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
    Link("recommendations_personalized", "/recommendations/0/movie_id", "movie_id", _MOVIE_OPERATIONS),
)


def add_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds ``LINKS`` to the 200 answers of a description; a postprocessing hook of drf-spectacular."""
    operations = {each["operationId"]: each for each in _operations(result["paths"])}
    for link in LINKS:
        links = operations[link.source]["responses"]["200"].setdefault("links", {})
        for target in link.targets:
            described = {"operationId": target, "parameters": {link.parameter: f"$response.body#{link.member}"}}
            links[f"{target}.of{link.member.replace('/', '.')}"] = described
    return result


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [operation for methods in paths.values() for operation in methods.values()]

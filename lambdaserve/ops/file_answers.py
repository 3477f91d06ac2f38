"""What the API answers from documents that are in no database, for producers who try their output.

Requirements O3 and M8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final
from urllib.parse import unquote, urlencode

import orjson
from django.http import Http404
from django.urls import reverse
from rest_framework.exceptions import APIException

from lambdaserve.ops.warming import call_api
from merger.contract.documents import Documents
from merger.contract.payloads import METRICS
from merger.core.evidence import Reason
from merger.errors import MergerError, NotFound
from merger.stores.memory import MoviesInMemory
from merger.wiring import answers_from

PROVEN, ASSUMED, INCOMPLETE, NOT_FOUND, FAILED = "proven", "assumed", "incomplete", "not found", "failed"
"""What an answer may be."""


MOST_ASKED: Final = 20
"""Movies, titles, genres, actors and people to ask about, at most of each."""


_ABSENT: Final = "absent: days that no document names are assumed to be empty"
"""Answers say so in ``freshness.assumed`` alone."""


_MOST_REASONS, _MOST_VALUES, _LONGEST_TEXT = 4, 10, 40
_LONGEST_QUESTION: Final = 200


@dataclass(slots=True)
class EndpointAnswers:
    """How one endpoint answers.

    Attributes:
        endpoint: its address, with names for what varies.
        verdicts: numbers of answers by what they are.
        example: the address of one of the answers, and its main numbers.
        reasons: why answers are not proven, with their numbers.
    """

    endpoint: str
    verdicts: Counter[str] = field(default_factory=Counter)
    example: str = ""
    reasons: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, frequent reasons first."""
        return {
            "endpoint": self.endpoint,
            "answers": dict(self.verdicts.most_common()),
            "example": self.example,
            "reasons": [reason for reason, _ in self.reasons.most_common(_MOST_REASONS)],
        }


def answers_of(
    stored: Mapping[str, Sequence[dict[str, Any]]], readable: Documents, now: datetime
) -> list[EndpointAnswers]:
    """Asks every endpoint about what the documents name.

    Args:
        stored: raw documents by the collection that would hold them, with their ``_id``.
        readable: what the contract makes of them; it tells what to ask about.
        now: the time at which it is asked, aware UTC.
    """
    found: dict[str, EndpointAnswers] = {}
    with answers_from(MoviesInMemory(**stored), now):
        for endpoint, address in _addresses(readable):
            _ask(found.setdefault(endpoint, EndpointAnswers(endpoint)), address)
    return list(found.values())


def _addresses(readable: Documents) -> Iterator[tuple[str, str]]:
    """Endpoints, each with addresses to ask.

    One is left out: ``recommendations/personalized`` answers likes, which no document holds. It rests on what
    ``recommendations/movies/{id}/similar`` does.
    """
    yield from _about_movies(readable)
    yield from _about_names(readable)
    yield "trending/movies?window=24h", f"{reverse('trending-movies')}?window=24h"
    yield "trending/history?window=24h", f"{reverse('trending-history')}?window=24h"
    for metric in METRICS:
        yield f"analytics/trends?metric={metric}", f"{reverse('analytics-trends')}?metric={metric}&window=7d"
    yield "analytics/overview", reverse("analytics-overview")
    yield "analytics/sentiment/comparison", reverse("analytics-sentiment-comparison")
    yield "search/movies", f"{reverse('search-movies')}?limit=5"
    yield "search/genres", reverse("search-genres")
    yield "people", f"{reverse('people')}?limit=5"


def _about_movies(readable: Documents) -> Iterator[tuple[str, str]]:
    movies = _first(
        chain(
            (each.movie_id for each in readable.batch),
            (each.movie_id for each in readable.speed),
            (each.movie_id for each in readable.skipped),
        )
    )
    for movie in movies:
        yield "movies/{id}", reverse("movie", args=[movie])
        for window in ("all", "7d", "24h"):
            yield (
                f"movies/{{id}}/sentiment?window={window}",
                f"{reverse('movie-sentiment', args=[movie])}?window={window}",
            )
        yield "movies/{id}/stats", reverse("movie-stats", args=[movie])
        yield "recommendations/movies/{id}/similar", reverse("recommendations-similar", args=[movie])
    for title in _first(each.data.get("title") for each in readable.batch):
        query = urlencode({"q": title[:_LONGEST_QUESTION]}, errors="replace")
        yield "search/movies?q=", f"{reverse('search-movies')}?{query}"


def _about_names(readable: Documents) -> Iterator[tuple[str, str]]:
    genres = _first(each.data.get("genre") for each in readable.batch)
    genres = genres or _first(name for each in readable.batch for name in each.data.get("genres", ()))
    actors = _first(each.data.get("actor") for each in readable.batch)
    people = _first(
        name for each in readable.batch for role in ("cast", "directors") for name in each.data.get(role, ())
    )
    for genre in genres:
        yield "analytics/genre/{genre}", reverse("analytics-genre", args=[genre])
        yield "trending/genres/{genre}", reverse("trending-genre", args=[genre])
        yield "recommendations/genres/{genre}", reverse("recommendations-genre", args=[genre])
    for actor in actors:
        yield "analytics/actors/{name}", reverse("analytics-actor", args=[actor])
    for person in people:
        yield "people/{name}", reverse("person", args=[person])
        yield "people/{name}/movies", reverse("person-movies", args=[person])


def _first(values: Iterable[Any]) -> list[Any]:
    """The first different ones, without line breaks, which no address holds."""
    found = (" ".join(value.split()) if isinstance(value, str) else value for value in values if value is not None)
    return list(islice(dict.fromkeys(value for value in found if value != ""), MOST_ASKED))


def _ask(answers: EndpointAnswers, address: str) -> None:
    try:
        body = orjson.loads(call_api(address).content)
    except NotFound as error:
        verdict, gist = NOT_FOUND, str(error)
    except (MergerError, APIException, Http404) as error:
        verdict, gist = FAILED, str(error)
        answers.reasons[gist] += 1
    else:
        freshness = body["freshness"]
        verdict = PROVEN if freshness["proven"] else ASSUMED if freshness["complete"] else INCOMPLETE
        gist = _gist_of(body)
        answers.reasons.update(freshness["warnings"])
        answers.reasons.update({_ABSENT for each in freshness["assumed"] if each["reason"] == Reason.ABSENT})
    if not answers.example:
        answers.example = f"{unquote(address)}: {gist}"
    answers.verdicts[verdict] += 1


def _gist_of(body: Mapping[str, Any]) -> str:
    """The numbers, short texts and lengths of the lists of an answer, as far as they fit into a line."""
    found = [f"{name} {value}" for name, value in _flatten(body)]
    return ", ".join(found[:_MOST_VALUES])


def _flatten(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        match value:
            case dict():
                if name != "freshness":
                    yield from _flatten(value)
            case list():
                yield name, f"[{len(value)}]"
            case str() if len(value) > _LONGEST_TEXT:
                pass
            case _:
                yield name, "null" if value is None else value

"""Answers ``people``: people by name. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from merger.contract.documents import Documents
from merger.views.freshness import describe
from merger.views.holes import doubted_coverage, lost_until
from merger.views.reading import ViewInputs, ViewResult
from search.people import FoundPeople, Person


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """Parameters of ``people``.

    Args:
        q: words of a name; ``None``: everybody who is in a movie.
        limit: people on a page.
        offset: people before the page.
    """

    q: str | None = None
    limit: int = 20
    offset: int = 0


def people_search(wanted: PeopleSearch, inputs: ViewInputs) -> ViewResult:
    """Builds ``people``: one page of people, and how many there are."""
    found: FoundPeople = inputs.found
    catalogue = inputs.catalogue
    body = {
        "results": [{**describe_name(person), "total_movies": person.movies} for person in found.people],
        "total_results": found.total,
        "is_corrected": found.is_corrected,
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-found.total // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": "batch",
    }
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        batch_as_of=catalogue.movies.as_of,
        missing=(lost_until(catalogue.lost_of("movie_details"), None, inputs.boundary),),
        assumed=doubted_coverage(catalogue.movies.as_of, "movie_details", inputs),
        documents=Documents(skipped=catalogue.skipped_of("movie_details")),
        warnings=inputs.index_warnings,
    )
    return ViewResult(body, freshness)


def describe_name(person: Person) -> dict[str, Any]:
    """The usual spelling of a person's name, and the others."""
    return {"name": person.name, "other_spellings": list(person.spellings[1:])}

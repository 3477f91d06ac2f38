"""Identity of a batch document: of documents with the same identity only the newest is used."""

from __future__ import annotations

from collections.abc import Hashable

from merger.contract.values import BatchDocument


def genre_key(name: str) -> str:
    """The form in which genres are compared: case-folded, without surrounding blanks."""
    return name.strip().casefold()


Identity = tuple[Hashable, ...]


def identity_of(document: BatchDocument) -> Identity:
    """The view type, and the fields that tell documents of that type apart; genres and actors are case-folded."""
    data = document.data

    def folded(name: str) -> str | None:
        value = data.get(name)
        return None if value is None else str(value).casefold()

    match document.view_type:
        case "genre_analytics":
            about: Identity = folded("genre"), data.get("year"), data.get("month")
        case "temporal_analytics":
            about = data.get("metric"), folded("genre"), document.movie_id, data.get("date")
        case "actor_collaboration":
            about = (folded("actor"),)
        case _:
            about = document.movie_id, data.get("date")
    return (document.view_type, *about)


def recency_of(document: BatchDocument) -> tuple[Hashable, ...]:
    """Sort key of documents with one identity: the greatest is the one to use."""
    return document.computed_at, document.version

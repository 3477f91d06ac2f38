"""What a batch document is about: of documents with one subject the newest answers, the others never (D4). Pure."""

from __future__ import annotations

from collections.abc import Hashable

from merger.contract.documents import BatchDocument


def genre_key(name: str) -> str:
    """The form in which genres are compared: without case and surrounding blanks."""
    return name.strip().casefold()


Subject = tuple[Hashable, ...]


def subject_of(document: BatchDocument) -> Subject:
    """Its view type and what tells documents of that type apart; genres and actors in any case."""
    data = document.data

    def folded(name: str) -> str | None:
        value = data.get(name)
        return None if value is None else str(value).casefold()

    match document.view_type:
        case "genre_analytics":
            about: Subject = folded("genre"), data.get("year"), data.get("month")
        case "temporal_analytics":
            about = data.get("metric"), folded("genre"), document.movie_id, data.get("date")
        case "actor_collaboration":
            about = (folded("actor"),)
        case _:
            about = document.movie_id, data.get("date")
    return (document.view_type, *about)


def age_of(document: BatchDocument) -> tuple[Hashable, ...]:
    """Sorts documents of one subject: the greatest answers."""
    return document.computed_at, document.version

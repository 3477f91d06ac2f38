"""Builds an index of movies and of the persons in them into a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import tantivy

from search.schema import PERSON, make_schema, movie_document, person_document
from search.texts import MovieTexts

_HEAP_BYTES = 64_000_000


def build(folder: Path | None, movies: Iterable[MovieTexts], actors: Iterable[str] = ()) -> tantivy.Index:
    """Builds an index and returns it.

    Args:
        folder: an empty folder; ``None``: the index lives in memory alone.
        movies: the texts of each movie, once.
        actors: names that may be in no movie.

    Raises:
        OSError: the folder can't be written.
    """
    try:
        index = tantivy.Index(make_schema(), None if folder is None else str(folder))
        writer = index.writer(_HEAP_BYTES, 1)
        for movie in movies:
            writer.add_document(movie_document(movie))
        writer.commit()
        index.reload()
        people = dict.fromkeys(actors, 0) | dict(index.searcher().terms_with_prefix(PERSON, ""))
        for name, films in people.items():
            writer.add_document(person_document(name, films))
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, SystemError) as error:
        raise OSError(f"the index can't be written: {error}") from error
    index.reload()
    return index

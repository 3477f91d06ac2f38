"""Builds an index of movies and of the persons in them into a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import tantivy

from search.language.names import fold_name
from search.schema import PERSON, WHO, make_schema, movie_document, person_document
from search.texts import MovieTexts
from search.trait_table import TraitTable, TraitTableMaker
from search.traits import Traits

_HEAP_BYTES = 64_000_000

_MOST_SPELLINGS = 20
"""Most spellings of one name that are kept, the usual ones."""


def build(
    folder: Path | None, movies: Iterable[MovieTexts], actors: Iterable[str] = ()
) -> tuple[tantivy.Index, TraitTable]:
    """Builds an index of texts and a table of traits, and returns both.

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
        maker = TraitTableMaker()
        for movie in movies:
            traits = Traits.of(movie)
            writer.add_document(movie_document(movie, traits))
            maker.add(movie, traits)
        writer.commit()
        index.reload()
        for name, spellings, films in _people(index.searcher(), actors):
            writer.add_document(person_document(name, spellings, films))
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, SystemError) as error:
        # The engine says no more of a full disk than that its writer died.
        raise _unwritten(folder, error) from error
    index.reload()
    table = maker.finish()
    if folder is not None:
        try:
            table.save(folder)
        except OSError as error:
            raise _unwritten(folder, error) from error
    return index, table


def _unwritten(folder: Path | None, error: Exception) -> OSError:
    room = "" if folder is None else f", {shutil.disk_usage(folder).free:,} bytes are free on its disk"
    return OSError(f"the index can't be written{room}: {error}")


def _people(searcher: tantivy.Searcher, actors: Iterable[str]) -> Iterator[tuple[str, Sequence[str], int]]:
    """Yields each person as (folded name, spellings, number of movies), those with most movies first."""
    spellings: dict[str, tuple[str, ...]] = {}
    # The engine lists terms by the number of their documents, then from A to Z.
    for name in (*(name for name, _ in searcher.terms_with_prefix(PERSON, "")), *actors):
        folded = fold_name(name)
        known = spellings.get(folded, ())
        if folded and name not in known and len(known) < _MOST_SPELLINGS:
            spellings[folded] = (*known, name)
    for folded, films in searcher.terms_with_prefix(WHO, ""):
        yield folded, spellings.pop(folded, (folded,)), films
    for folded, names in spellings.items():
        yield folded, names, 0

"""Documents give back the texts that were stored to be shown."""

from __future__ import annotations

import tantivy

from search.building import build
from search.reasons import Shown
from search.schema import MOVIE_ID, NAMED
from search.stored import read_movie, read_spellings
from search.texts import MovieTexts


def address(index: tantivy.Index, field: str, value: object) -> tantivy.DocAddress:
    query = tantivy.Query.term_query(index.schema, field, value)
    return index.searcher().search(query, 1).hits[0][1]


def test_texts_of_a_movie_and_spellings_of_a_person() -> None:
    index, _ = build(
        None, [MovieTexts(7, "Heat", "Heißkalt", cast=("Al Pacino",), directors=("Michael Mann",), year=1995)]
    )
    shown = Shown("Heat", "Heißkalt", ["Al Pacino"], ["Michael Mann"], 1995)
    assert read_movie(index.searcher(), address(index, MOVIE_ID, 7)) == shown
    assert read_spellings(index.searcher(), address(index, NAMED, "al pacino")) == ("Al Pacino",)

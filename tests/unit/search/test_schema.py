"""Documents fit the schema."""

from __future__ import annotations

from typing import Any

from search.schema import FILMS, KEY, LEVEL, MOVIE_ID, NAME, NAMED, WHO, YEAR, movie_document, person_document
from search.texts import MovieTexts
from search.traits import Traits


def document_of(texts: MovieTexts) -> dict[str, Any]:
    found: dict[str, Any] = movie_document(texts, Traits.of(texts)).to_dict()
    return found


def test_movie_document_holds_what_is_known() -> None:
    document = document_of(MovieTexts(949, "The Heat", cast=("Al Pacino",), year=1995, votes=0))
    assert (document[MOVIE_ID], document[YEAR], document[LEVEL]) == ([949], [1995], [0.0])
    assert document[KEY] == ["theheat", "heat"]
    assert YEAR not in document_of(MovieTexts(1))


def test_person_document_counts_movies() -> None:
    document = person_document("al pacino", ["Al Pacino", "Al Pácino"], 3).to_dict()
    assert (document[NAME], document[NAMED]) == (["al pacino alpacino"], ["al pacino"])
    assert document[FILMS] == [3]


def test_movie_document_names_each_person_once() -> None:
    texts = MovieTexts(1, cast=("Penélope Cruz", "\u200b"), directors=("Penelope Cruz", "Ang Lee"))
    assert document_of(texts)[WHO] == ["penelope cruz", "ang lee"]

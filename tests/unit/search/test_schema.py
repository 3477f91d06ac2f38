"""Documents fit the schema."""

from __future__ import annotations

from search.schema import FILMS, KEY, LEVEL, MOVIE_ID, NAME, NAMED, WHO, YEAR, movie_document, person_document
from search.texts import MovieTexts


def test_movie_document_holds_what_is_known() -> None:
    document = movie_document(MovieTexts(949, "The Heat", cast=("Al Pacino",), year=1995, votes=0)).to_dict()
    assert (document[MOVIE_ID], document[YEAR], document[LEVEL]) == ([949], [1995], [0.0])
    assert document[KEY] == ["theheat", "heat"]
    assert YEAR not in movie_document(MovieTexts(1)).to_dict()


def test_person_document_counts_movies() -> None:
    document = person_document("al pacino", ["Al Pacino", "Al Pácino"], 3).to_dict()
    assert (document[NAME], document[NAMED]) == (["al pacino alpacino"], ["al pacino"])
    assert document[FILMS] == [3]


def test_movie_document_names_each_person_once() -> None:
    texts = MovieTexts(1, cast=("Penélope Cruz", "\u200b"), directors=("Penelope Cruz", "Ang Lee"))
    assert movie_document(texts).to_dict()[WHO] == ["penelope cruz", "ang lee"]

"""What a movie is like, as far as its texts say."""

from __future__ import annotations

import orjson

from search.texts import MovieTexts
from search.traits import Traits

HEAT = MovieTexts(
    949,
    "Heat",
    cast=("Al Pacino",),
    directors=("Michael Mann",),
    genres=("Crime",),
    overview="A thief and his crime crew: Pacino hunts them, and makes PLANS for robberies; robberies of 1995.",
    year=1995,
)


def test_words_are_those_that_tell_movies_apart() -> None:
    assert Traits.of(HEAT).words == ("thief", "crew", "hunts", "plans", "robberies")


def test_what_is_stored_is_read_again() -> None:
    shown = orjson.dumps(["Heat", "", ["Al Pacino"], ["Michael Mann"], 1995])
    read, made = Traits.load(shown, Traits.of(HEAT).dump()), Traits.of(HEAT)
    assert (tuple(read.cast), tuple(read.directors)) == (made.cast, made.directors)
    assert (tuple(read.genres), tuple(read.words), read.year) == (made.genres, made.words, made.year)


def test_many_words_and_names_are_cut() -> None:
    letters = "abcdefghij"
    words = [f"word{one}{two}" for one in letters for two in letters]
    found = Traits.of(MovieTexts(1, cast=tuple(words), overview=" ".join(word[::-1] for word in words)))
    assert (len(found.leads), len(found.others), len(found.words)) == (10, 90, 32)

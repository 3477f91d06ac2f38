"""The table of traits says which movies have which traits, and is the same once it is mapped."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from search.texts import MovieTexts
from search.trait_table import Field, TraitTable, TraitTableMaker, names_of
from search.traits import Traits

MOVIES = (
    MovieTexts(
        9, cast=("Tom Hardy", "TOM HARDY", "Ann"), directors=("Ann",), genres=("War", "war"), year=2010, votes=9
    ),
    MovieTexts(2, cast=("Tom Hardy",), directors=("Ann",), genres=("WAR",), overview="A heist", year=99_999),
    MovieTexts(5, cast=(*(f"Actor {number}" for number in range(10)), "Tom hardy"), genres=("Heist",)),
)


def table_of(*movies: MovieTexts) -> TraitTable:
    maker = TraitTableMaker()
    for movie in movies:
        maker.add(movie, Traits.of(movie))
    return maker.finish()


def ids_by_trait(table: TraitTable) -> list[tuple[Field, list[int]]]:
    numbers = np.arange(table.none)
    return [
        (Field(field), table.ids[table.movies_with(number)].tolist())
        for number, field in zip(numbers.tolist(), table.fields_of(numbers).tolist(), strict=True)
    ]


def test_traits_of_two_movies_or_more_lead_to_these() -> None:
    """A person in two spellings is one, a director is also a person, and the cast counts whole."""
    found = ids_by_trait(table_of(*MOVIES))
    assert found[0] == (Field.GENRE, [2, 9])
    assert sorted(found[1:3], key=str) == [(Field.WHO, [2, 5, 9]), (Field.WHO, [2, 9])]
    assert found[3:] == [(Field.DIRECTOR, [2, 9])]


def test_numbers_of_a_movie_stand_as_its_names_do() -> None:
    table = table_of(*MOVIES)
    for movie in MOVIES:
        (row,) = table.rows_of([movie.movie_id])
        assert len(table.numbers_of(row, own=False)) == len(names_of(Traits.of(movie)))
    (row,) = table.rows_of([9])
    numbers = table.numbers_of(row, own=False).tolist()
    assert table.numbers_of(row, own=True).tolist() == numbers[:6]
    assert names_of(Traits.of(MOVIES[0])) == ["War", "war", "Tom Hardy", "TOM HARDY", "Ann", "Ann", "Ann"]
    war, hardy, again, ann, director = numbers[0], numbers[2], numbers[3], numbers[4], numbers[5]
    assert numbers == [war, table.none, hardy, again, ann, director, table.none]
    assert again == table.none  # what comes twice counts once
    assert table.frequencies(np.array([war, hardy, ann, director, table.none])).tolist() == [2, 3, 2, 2, 0]


def test_rows_are_those_of_known_movies_by_id() -> None:
    table = table_of(*MOVIES)
    assert table.rows_of([9, 1, 2, 77, 9]).tolist() == [0, 2]
    assert table.years.tolist() == [0, 0, 2010]  # one that no year can be is unknown
    assert table_of(MovieTexts(1, votes=9_000)).levels.tolist() == [1.8125]


def test_mapped_files_hold_the_same(tmp_path: Path) -> None:
    for movies in (MOVIES, ()):
        table = table_of(*movies)
        table.save(tmp_path)
        opened = TraitTable.open(tmp_path)
        for each in fields(TraitTable):
            assert np.array_equal(getattr(opened, each.name), getattr(table, each.name))


def test_lost_and_damaged_files_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="traits"):
        TraitTable.open(tmp_path)
    table_of(*MOVIES).save(tmp_path)
    path = tmp_path / "traits.numbers.npy"
    for content in (path.read_bytes()[:-4], b"", b"[]"):
        path.write_bytes(content)
        with pytest.raises(OSError, match="traits"):
            TraitTable.open(tmp_path)

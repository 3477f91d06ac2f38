"""Who is in which movie, as columns."""

from __future__ import annotations

import numpy as np

from merger.catalogue.people import MOST_HITS, NO_PEOPLE, People, PeopleBuilder

ROW_A, ROW_B, ROW_C = 0, 1, 2


def people() -> People:
    builder = PeopleBuilder()
    builder.put(ROW_A, ["Gone"], [])
    builder.put(ROW_A, ["Penélope Cruz", "Tom Hanks"], ["Ben Stiller"])
    builder.put(ROW_B, ["Ben Stiller", "Penelope Cruz"], ["Ben Stiller"])
    builder.put(ROW_C, ["Penélope Cruz", "Tommy Lee Jones"], [])
    builder.add_name("Meg Ryan")
    return builder.finish([ROW_C, ROW_A, ROW_B])


def test_a_name_has_its_usual_spelling_first() -> None:
    found = people()
    assert found.spellings("PENELOPE CRUZ") == ("Penélope Cruz", "Penelope Cruz")
    assert found.spellings("Meg Ryan") == ("Meg Ryan",)
    assert found.spellings("Meg") == ()


def test_movies_come_in_the_order_of_their_rows_with_roles() -> None:
    found = people()
    person = found.person("Ben Stiller")
    assert person is not None
    movies, acts, directs = found.movies_of(person)
    assert (movies.tolist(), acts.tolist(), directs.tolist()) == ([1, 2], [False, True], [True, True])
    assert found.films[person] == 2


def test_a_person_of_a_replaced_document_has_no_movie() -> None:
    found = people()
    gone = found.person("Gone")
    assert gone is not None
    assert found.movies_of(gone)[0].tolist() == []


def test_members_of_a_movie_are_its_cast_and_directors_once() -> None:
    found = people()
    assert sorted(found.names[each] for each in found.members_of(2)) == ["Ben Stiller", "Penélope Cruz"]


def test_a_search_finds_every_word_as_a_beginning_most_movies_first() -> None:
    found = people()
    assert [found.names[row] for row in found.matching("tom")] == ["Tom Hanks", "Tommy Lee Jones"]
    assert [found.names[row] for row in found.matching("jon tom")] == ["Tommy Lee Jones"]
    assert [found.names[row] for row in found.matching("cru")] == ["Penélope Cruz"]
    assert found.matching("anks") == []
    assert found.matching(" ") == []


def test_the_whole_name_comes_first() -> None:
    builder = PeopleBuilder()
    builder.put(0, ["Tom Ford Jr", "Tom Ford"], [])
    builder.put(1, ["Tom Ford Jr"], [])
    found = builder.finish([0, 1])
    assert [found.names[row] for row in found.matching("tom ford")] == ["Tom Ford", "Tom Ford Jr"]


def test_similar_names_are_offered() -> None:
    assert people().near("Tom Hank") == ["Tom Hanks"]
    assert people().near("Penelopa Cruz") == ["Penélope Cruz"]
    assert people().near("zzz") == []


def test_a_search_for_a_letter_looks_at_so_many_names_and_no_more() -> None:
    builder = PeopleBuilder()
    builder.put(0, [f"A{number:05}" for number in range(MOST_HITS + 5)], [])
    assert len(builder.finish([0]).matching("a")) == MOST_HITS


def test_nobody_is_in_no_movie() -> None:
    assert NO_PEOPLE.person("Tom Hanks") is None
    assert (NO_PEOPLE.matching("tom"), NO_PEOPLE.near("tom")) == ([], [])
    assert NO_PEOPLE.films.dtype == np.int32

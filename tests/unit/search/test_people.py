"""People are found in the index however their names are typed."""

from __future__ import annotations

from search.building import build
from search.people import PeopleIndex
from search.reading import SearchIndex
from search.texts import MovieTexts


def people() -> PeopleIndex:
    movies = (
        MovieTexts(1, title="A", cast=("Penélope Cruz", "Tom Hanks"), directors=("Ben Stiller",)),
        MovieTexts(2, title="B", cast=("Ben Stiller", "Penelope Cruz"), directors=("Ben Stiller",)),
        MovieTexts(3, title="C", cast=("Penélope Cruz", "Robert Downey Jr.")),
    )
    return SearchIndex(build(None, movies, ["Meg Ryan", "Tom Hanks"])).people


def test_a_name_has_its_usual_spelling_first() -> None:
    found = people()
    assert found.spellings("PENELOPE CRUZ") == ("Penélope Cruz", "Penelope Cruz")
    assert found.spellings("robert downey jr") == ("Robert Downey Jr.",)


def test_an_actor_who_is_in_no_movie_is_known() -> None:
    assert people().spellings("meg  ryan") == ("Meg Ryan",)


def test_a_part_of_a_name_is_another_name() -> None:
    assert people().spellings("Meg") == ()
    assert people().spellings("Robert Downey") == ()
    assert people().spellings(" ") == ()


def test_similar_names_are_offered_best_first() -> None:
    found = people()
    assert found.near("Tom Hank") == ["Tom Hanks"]
    assert found.near("Penelopa Cruz") == ["Penélope Cruz"]
    assert found.near("Robert Downey") == ["Robert Downey Jr."]
    assert found.near("zzz") == []
    assert found.near("!") == []

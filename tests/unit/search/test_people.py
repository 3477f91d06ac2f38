"""People are found in the index however their names are typed."""

from __future__ import annotations

import pytest

from search.building import build
from search.people import PeopleIndex
from search.reading import SearchIndex
from search.texts import MovieTexts
from tests.unit.search.questions.sample_index import index_of


def people() -> PeopleIndex:
    movies = (
        MovieTexts(1, title="A", cast=("Penélope Cruz", "Tom Hanks"), directors=("Ben Stiller",)),
        MovieTexts(2, title="B", cast=("Ben Stiller", "Penelope Cruz"), directors=("Ben Stiller",)),
        MovieTexts(3, title="C", cast=("Penélope Cruz", "Robert Downey Jr.")),
    )
    return SearchIndex(*build(None, movies, ["Meg Ryan", "Tom Hanks"])).people


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


def names(text: str, limit: int = 20, offset: int = 0) -> list[str]:
    return [each.name for each in people().find(text, limit, offset).people]


def test_every_word_begins_a_word_of_the_name() -> None:
    assert names("cruz pen") == ["Penélope Cruz"]
    assert names("robert jr") == ["Robert Downey Jr."]
    assert names("tom cruz") == []
    assert names("elope") == []


def test_the_whole_name_comes_first_then_the_people_with_most_movies() -> None:
    movies = [MovieTexts(number, cast=("Tom Hardy", "Tom Hollander")) for number in range(3)]
    movies += [MovieTexts(9, cast=("Tom", "Tom Hardy", "Ann Tom"))]
    found = index_of(*movies).people
    assert [(each.name, each.movies) for each in found.find("tom").people] == [
        ("Tom", 1),
        ("Tom Hardy", 4),
        ("Tom Hollander", 3),
        ("Ann Tom", 1),
    ]
    assert [each.name for each in found.find("tom", 2, 1).people] == ["Tom Hardy", "Tom Hollander"]
    assert [found.find("tom", 1, place).people[0].name for place in range(4)] == [
        each.name for each in found.find("tom").people
    ]
    assert found.find("tom", 5, 9).people == ()
    assert found.find("tom", 5, 9).total == 4


def test_typing_errors_count_only_where_nothing_else_is_found() -> None:
    found = people()
    assert (names("tom hanjs"), found.find("tom hanjs").is_corrected) == (["Tom Hanks"], True)
    assert (names("tom hank"), found.find("tom hank").is_corrected) == (["Tom Hanks"], False)
    assert found.find("tmo").total == 0  # three letters are too few for an error


def test_a_name_typed_as_two_words_is_found() -> None:
    assert names("down ey robert") == ["Robert Downey Jr."]
    assert not people().find("down ey robert").is_corrected


def test_words_that_no_name_has_may_stand_beside_it() -> None:
    assert names("tom hanks movies") == ["Tom Hanks"]
    assert names("watch tom hanjs online") == ["Tom Hanks"]
    assert names("movies") == []
    assert [each.name for each in index_of(MovieTexts(1, cast=("Ann Film", "Ann"))).people.find("ann film").people] == [
        "Ann Film"
    ]


def test_spellings_of_one_name_are_one_person() -> None:
    found = people().find("penelope cruz")
    assert [(each.spellings, each.movies) for each in found.people] == [(("Penélope Cruz", "Penelope Cruz"), 3)]
    assert found.total == 1


@pytest.mark.parametrize("text", ["", " ", "!", "\x00", "\u202e", "\ud800", "x" * 10_000, "a " * 5_000, "name:* OR"])
def test_nothing_is_found_for_what_is_no_name(text: str) -> None:
    found = people()
    assert found.find(text).people == ()
    assert (found.person(text), found.works(text)) == (None, None)


def test_a_name_of_signs_is_found_by_its_signs() -> None:
    found = index_of(MovieTexts(1, cast=("!!!",))).people
    assert [each.name for each in found.find("!!!").people] == ["!!!"]
    assert found.find("!!!", 1, 1).people == ()
    assert found.person("!!!") is not None


def test_movies_of_a_person_in_any_spelling_with_who_else_is_in_them() -> None:
    works = people().works("penelope cruz")
    assert works is not None
    assert sorted(works.ids.tolist()) == [1, 2, 3]
    credited = {movie_id: works.credits(place) for place, movie_id in enumerate(works.ids.tolist())}
    assert credited[1] == (["Penélope Cruz", "Tom Hanks"], ["Ben Stiller"])
    assert people().works("Meg Ryan").ids.tolist() == []  # type: ignore[union-attr] # in a network, in no movie


def test_without_a_question_people_with_most_movies_come_first() -> None:
    found = people().find(None, 2)
    assert ([each.name for each in found.people], found.total) == (["Penélope Cruz", "Ben Stiller"], 4)
    assert "Meg Ryan" not in [each.name for each in people().find(None).people]


def test_people_of_most_shared_movies_count_each_movie_once() -> None:
    found = people()
    works = found.works("penelope cruz")
    assert works is not None
    assert found.partners(works) == [("Ben Stiller", 2), ("Robert Downey Jr.", 1), ("Tom Hanks", 1)]
    assert found.partners(works, 1) == [("Ben Stiller", 2)]


def test_movies_with_most_votes_come_first() -> None:
    movies = [MovieTexts(number, cast=("Ann",), votes=votes) for number, votes in ((1, 5), (2, 900), (3, 40))]
    works = index_of(*movies).people.works("ann")
    assert works is not None
    assert works.ids.tolist() == [2, 3, 1]


def test_similar_names_are_offered_best_first() -> None:
    found = people()
    assert found.near("Tom Hank") == ["Tom Hanks"]
    assert found.near("Penelopa Cruz") == ["Penélope Cruz"]
    assert found.near("Robert Downey") == ["Robert Downey Jr."]
    assert found.near("Cruz, Penelope") == ["Penélope Cruz"]
    assert found.near("Tom Han Ks") == ["Tom Hanks"]
    assert found.near("zzz") == []
    assert found.near("!") == []

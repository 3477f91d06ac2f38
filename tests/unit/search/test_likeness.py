"""Movies that are like some others are found by what they share, at bounded cost."""

from __future__ import annotations

import pytest

from search import likeness
from search.likeness import Alike, Shared
from search.texts import MovieTexts
from tests.unit.search.questions.sample_index import index_of, sample_index

NOLAN, OTHER = ("Christopher Nolan",), ("Ann Lee",)
MOVIES = (
    MovieTexts(1, "One", cast=("Tom Hardy", "Elliot Page"), directors=NOLAN, genres=("Action", "Drama"), year=2010),
    MovieTexts(2, "Same director", directors=NOLAN, genres=("Drama",), year=2010),
    MovieTexts(3, "Same actor", cast=("TOM HARDY",), directors=OTHER, genres=("action",), year=1990),
    MovieTexts(4, "Same genre and year", genres=("Drama",), year=2011),
    MovieTexts(5, "Same genre, long ago", genres=("Drama",), year=1930),
    MovieTexts(6, "Nothing in common", directors=OTHER, genres=("Western",), year=1960),
)


def find(*liked: int, **options: bool) -> Alike:
    return index_of(*MOVIES).likeness.find(liked, **options)


def test_rare_traits_count_more_and_the_liked_movie_is_left_out() -> None:
    found = find(1)
    assert found.ids.tolist() == [2, 3, 4, 5]
    assert found.liked == (1,)


def test_reasons_name_what_is_shared_as_the_other_movie_has_it() -> None:
    found = find(1)
    assert found.why([0])[0] == Shared(directors=NOLAN, genres=("Drama",), years=(2010,), likes=(1,))
    assert found.why([1])[0] == Shared(people=("TOM HARDY",), genres=("action",), likes=(1,))


def test_a_liked_actor_who_directed_the_other_movie_is_a_reason() -> None:
    actor = MovieTexts(7, "By its actor", directors=("Tom Hardy",), genres=("War",), year=1970)
    found = index_of(*MOVIES, actor).likeness.find([3])
    place = found.ids.tolist().index(7)
    assert found.why([place])[0] == Shared(people=("Tom Hardy",), likes=(3,))


def test_movies_liked_together_find_what_each_of_them_finds() -> None:
    found = find(1, 6)
    assert found.liked == (1, 6)
    assert found.ids.tolist()[:2] == [3, 2]
    assert found.why([0])[0].likes == (1, 6)


def test_what_is_shared_is_named_in_the_order_of_the_likes_that_have_it() -> None:
    other = MovieTexts(7, "Both", cast=("Ann", "Ben", "Cid"), genres=("War", "Drama"), year=1970)
    one = MovieTexts(8, "One", cast=("Cid", "Ben"), genres=("Drama",), year=1970)
    two = MovieTexts(9, "Two", cast=("Ann", "Cid"), genres=("War",), year=1990)
    found = index_of(*MOVIES, other, one, two).likeness.find([8, 9])
    place = found.ids.tolist().index(7)
    shared = Shared(people=("Ben", "Cid", "Ann"), genres=("Drama", "War"), years=(1970,), likes=(9, 8))
    assert found.why([place])[0] == shared


def test_each_liked_movie_weighs_the_same_however_much_is_known_of_it() -> None:
    much = MovieTexts(1, cast=tuple(f"Actor {number}" for number in range(9)), genres=("War",))
    little = MovieTexts(2, genres=("Western",))
    others = (MovieTexts(3, cast=("Actor 1",)), MovieTexts(4, genres=("western",)), MovieTexts(5, genres=("War",)))
    index = index_of(much, little, *others, MovieTexts(6, title="Of nothing"))
    assert index.likeness.find([1, 2]).ids.tolist()[0] == 4


def test_unknown_movies_are_left_out() -> None:
    assert find(1, 77).liked == (1,)
    nothing = find(77)
    assert (nothing.liked, len(nothing.ids)) == ((), 0)
    assert len(find().ids) == 0


def test_a_movie_of_which_nothing_is_known_is_like_none() -> None:
    index = index_of(MovieTexts(1, "One"), MovieTexts(2, "Two"))
    assert len(index.likeness.find([1]).ids) == 0


def test_rare_words_of_the_overview_are_a_trait() -> None:
    texts = ("A heist in Vienna", "Another heist, in Rome", "A wedding in Rome", "Nothing at all")
    movies = [MovieTexts(number, overview=text) for number, text in enumerate(texts, start=1)]
    found = index_of(*movies).likeness.find([1])
    assert found.ids.tolist() == [2]
    assert found.why([0])[0].words == ("heist",)


def test_votes_raise_a_movie_unless_they_shall_not() -> None:
    twins = [
        MovieTexts(number, directors=NOLAN, genres=("Drama",), year=2010, votes=votes)
        for number, votes in ((1, 0), (2, 0), (3, 9_000))
    ]
    index = index_of(*twins, *(MovieTexts(number, genres=("Horror",)) for number in range(4, 9)))
    assert index.likeness.find([1]).ids.tolist() == [3, 2]
    assert index.likeness.find([1], by_votes=False).scores.tolist() == pytest.approx([1.0, 1.0])


def test_of_frequent_traits_only_those_are_looked_at_that_stay_within_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dramas = [MovieTexts(number, genres=("Drama",), year=1900 + number) for number in range(1, 100)]
    index = index_of(*dramas, *(MovieTexts(number, genres=("Horror",)) for number in range(100, 110)))
    monkeypatch.setattr(likeness, "_MOST_LOOKED_AT", 10)
    found = index.likeness.find([50])
    assert sorted(found.ids.tolist()) == [45, 46, 47, 48, 49, 51, 52, 53, 54]


def test_the_sample_finds_the_other_movies_of_a_series_first() -> None:
    assert sample_index().likeness.find([862]).ids.tolist()[:3] == [863, 9487, 10193]

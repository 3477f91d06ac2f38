"""The index's name changes exactly when its content would."""

from __future__ import annotations

import pytest

from search.texts import MovieTexts, digest_of, name_mark

_DATA = {"title": "Heat", "cast": ["Al Pacino"], "release_date": "1995-12-15", "vote_count": 100}


def test_texts_come_from_the_payload() -> None:
    texts = MovieTexts.of(949, _DATA)
    assert (texts.title, texts.cast, texts.year, texts.votes) == ("Heat", ("Al Pacino",), 1995, 100)
    assert MovieTexts.of(1, {}) == MovieTexts(1)
    assert MovieTexts.of(1, {"title": None, "vote_count": None, "release_date": None}) == MovieTexts(1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", "Heat 2"), ("cast", ["Al Pacino", "X"]), ("release_date", "1996-01-01"), ("vote_count", 5000),
     ("overview", "x"), ("genres", ["Crime"]), ("directors", ["M"]), ("original_title", "H")],
)  # fmt: skip
def test_mark_changes_with_every_text(name: str, value: object) -> None:
    assert MovieTexts.of(949, {**_DATA, name: value}).mark() != MovieTexts.of(949, _DATA).mark()


def test_mark_stays_while_few_votes_come_in_and_for_other_fields() -> None:
    mark = MovieTexts.of(949, _DATA).mark()
    assert MovieTexts.of(949, {**_DATA, "vote_count": 101, "popularity": 3.0}).mark() == mark


def test_mark_of_a_lone_surrogate_is_possible() -> None:
    assert isinstance(MovieTexts(1, "\ud800").mark(), int)
    assert MovieTexts.of(1, {"title": "a\ud800"}).title == "a?"


def test_level_lies_between_one_and_two() -> None:
    assert MovieTexts(1).level == 1
    assert 1 < MovieTexts(1, votes=10).level < MovieTexts(1, votes=10_000).level <= 2
    assert MovieTexts(1, votes=10**15).level == 2


def test_digest_names_movies_marks_and_actors() -> None:
    assert digest_of(b"ab", b"cd", 1) == digest_of(b"ab", b"cd", 1)
    parts = ((b"ab", b"cd", 1), (b"cd", b"ab", 1), (b"", b"", 0), (b"abc", b"d", 1), (b"ab", b"cd", 2))
    assert len({digest_of(*each) for each in parts}) == len(parts)


def test_marks_of_names_differ() -> None:
    assert name_mark("Tom Hanks") == name_mark("Tom Hanks") != name_mark("Tom Hank")
    assert 0 <= name_mark("\ud800") < 2**64

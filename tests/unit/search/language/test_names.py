"""Names of persons are the same however they are typed, and no two persons of the sample become one."""

from __future__ import annotations

import pytest

from sample_data.facts import load_movies
from search.language.names import fold_name


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Penélope Cruz", "Penelope Cruz"),
        ("Penélope Cruz", "Pene\u0301lope CRUZ"),
        ("Robert Downey Jr.", "robert downey jr"),
        ("Jean-Claude Van Damme", "Jean Claude van Damme"),
        ("J.J. Abrams", "JJ Abrams"),
        ("J.J. Abrams", "J. J. Abrams"),
        ("Lupita Nyong'o", "Lupita Nyong’o"),
        ("Lupita Nyong'o", "Lupita Nyongo"),
        ("Nikolaj Lie Kaas", "  nikolaj   lie kaas "),
        ("Mads Brøgger", "Mads Brogger"),
        ("Łukasz Żal", "Lukasz Zal"),
        ("Søren Malling", "soren malling"),
        ("Tom Hanks", "\u202eTom Ha\u200bnks"),
        ("宮崎 駿", "宮崎　駿"),
        ("Сергей Бодров", "сергеи бодров"),
    ],
)
def test_a_name_is_found_however_it_is_typed(stored: str, typed: str) -> None:
    assert fold_name(stored) == fold_name(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Lee", "Ann Alee"),
        ("Tom Hanks", "Tom Hank"),
        ("がく", "かく"),
        ("कि", "कु"),
        ("Robert Downey Jr.", "Robert Downey Sr."),
        ("+", "-"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_of_the_sample_only_names_that_differ_in_an_accent_become_one() -> None:
    by_key: dict[str, set[str]] = {}
    for movie in load_movies():
        for name in (*movie.cast, *movie.directors):
            by_key.setdefault(fold_name(name), set()).add(name)
    assert len(by_key) > 8_000
    assert [found for found in by_key.values() if len(found) > 1] == [{"Padraic Delaney", "Pádraic Delaney"}]

"""Reasons are short, true sentences, the strongest first."""

from __future__ import annotations

from math import nan

from recommendations.reasons import likeness_reasons, live_reasons, rating_reasons
from search.likeness import Shared


def test_all_that_is_shared_is_told_in_its_order() -> None:
    shared = Shared(
        directors=("Ann Lee",),
        people=("Bo", "Ann Lee", "Cy", "Di", "Ed"),
        genres=("Thriller",),
        words=("heist",),
        years=(1999,),
    )
    assert [*likeness_reasons(shared)] == [
        "same director: Ann Lee",
        "with Bo, Cy, Di",
        "shares Thriller, 1999",
        "about heist, too",
    ]


def test_several_directors_are_told_together() -> None:
    assert [*likeness_reasons(Shared(directors=("A", "B")))] == ["same directors: A, B"]


def test_nothing_shared_is_no_reason() -> None:
    assert [*likeness_reasons(Shared())] == []


def test_a_rating_is_a_reason_where_there_are_votes() -> None:
    assert [*rating_reasons("Drama", 8.25, 1)] == ["Drama", "rated 8.25 by 1 vote"]
    assert [*rating_reasons("Drama", 8.0, 1234)] == ["Drama", "rated 8 by 1,234 votes"]
    assert [*rating_reasons("Drama", 0.0, 0)] == [*rating_reasons("Drama", None, None)] == ["Drama"]


def test_what_happens_now_is_a_reason_where_it_is_much() -> None:
    assert [*live_reasons(50.0, 0.2)] == ["trending now, score 50", "liked by its reviewers"]
    assert [*live_reasons(49.9, 0.19)] == [*live_reasons(nan, nan)] == []

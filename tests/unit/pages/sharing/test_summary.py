"""The sentence that a shared link to a movie shows."""

from __future__ import annotations

from typing import Any

from pages.sharing.summary import movie_summary


def test_movie_is_described_by_what_is_known() -> None:
    known = {
        "release_date": "1999-03-30",
        "genres": ["Action", "Science Fiction", "A", "B"],
        "directors": ["Lana Wachowski", "Lilly Wachowski"],
        "vote_average": 7.9,
        "vote_count": 9079,
    }
    assert movie_summary(known) == (
        "1999 · Action, Science Fiction, A · directed by Lana Wachowski · rated 7.90 of 10 by 9,079 votes. "
        "Audience sentiment and popularity, hour by hour."
    )


def test_nothing_is_said_about_what_is_unknown() -> None:
    names = ("release_date", "genres", "directors", "vote_average", "vote_count")
    unknown: dict[str, Any] = dict.fromkeys(names)
    assert movie_summary(unknown) == movie_summary({}) == "Audience sentiment and popularity, hour by hour."

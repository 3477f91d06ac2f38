"""Which answers about the healthy world lack something when documents of a kind can't be read, and how to check it."""

from __future__ import annotations

from typing import Any

from tests.api.healthy_world import ADDRESSES, MOVIE

DETAILS, TOTALS = (
    f"movies/{MOVIE}",
    ("analytics/sentiment/comparison", "analytics/sentiment/comparison?genre=Drama&year=1999"),
)
SENTIMENT = (f"movies/{MOVIE}/sentiment", f"movies/{MOVIE}/sentiment?window=7d")
HOURLY = f"movies/{MOVIE}/sentiment?window=36h"
RANKINGS = tuple(address for address in ADDRESSES if address.startswith("trending"))
SEARCH = tuple(address for address in ADDRESSES if address.startswith("search"))
FOUND, PERSON, WORKS = PEOPLE = tuple(address for address in ADDRESSES if address.startswith("people"))
RECOMMENDED = tuple(address for address in ADDRESSES if address.startswith("recommendations"))
GENRE = ("analytics/genre/drama", "analytics/genre/Drama?year=2030&month=2")
RATINGS, SCORES, POPULARITY = TRENDS = tuple(address for address in ADDRESSES if "trends" in address)
OVERVIEW = "analytics/overview"

HOLES: dict[str, tuple[str, ...]] = {
    "batch movie_details": (DETAILS, *RANKINGS[1:], OVERVIEW, *TOTALS, *SEARCH, *PEOPLE, *RECOMMENDED, SCORES),
    "batch sentiment total": (*SENTIMENT, *TOTALS, PERSON, *RECOMMENDED),
    "batch sentiment day": (*SENTIMENT, *TOTALS, PERSON, *RECOMMENDED),
    "batch genre_analytics": (*GENRE, OVERVIEW, "search/genres?q=dra"),
    "batch temporal_analytics": TRENDS,
    "batch actor_collaboration": ("analytics/actors/Edward%20Norton",),
    "speed sentiment": (SCORES, *RECOMMENDED),
    "speed stats": (*RANKINGS, *SEARCH[:2], PERSON, WORKS, *RECOMMENDED, RATINGS),
    "speed trending": (*RANKINGS, PERSON, *RECOMMENDED),
}
"""Answers that would have used the kind's spoiled documents. Those of the speed layer are of the hour that is
still open, for which `MOVIE` has a readable document as new as the spoiled one."""

UNDATED_HOLES: dict[str, tuple[str, ...]] = {
    "speed sentiment": (*SENTIMENT, HOURLY, SCORES, *RECOMMENDED),
    "speed stats": (f"movies/{MOVIE}/stats?hours=72", *RANKINGS, PERSON, *RECOMMENDED, RATINGS, POPULARITY),
    "speed trending": (*RANKINGS, PERSON, *RECOMMENDED),
}
"""Answers that would have used spoiled documents without a readable hour, which may be of any hour."""


def assert_same_bodies(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Checks that answers say what they said, apart from their freshness.

    A genre that only unreadable documents name is known, without movies.
    """
    for address, body in before.items():
        found = {**after[address], "freshness": None}
        if address == OVERVIEW and "Hostile" in found["genres"]:
            by_genre = [each for each in found["by_genre"] if each["genre"] != "Hostile"]
            genres = [name for name in found["genres"] if name != "Hostile"]
            found |= {"by_genre": by_genre, "genres": genres, "total_genres": found["total_genres"] - 1}
        for part in body.keys() | found.keys():
            if part != "freshness":
                assert found.get(part) == body.get(part), (address, part)


def assert_only_batch_fills(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Checks that points of series are as they were, or the batch layer's, where hours are in doubt."""
    for address, body in after.items():
        series = "breakdown" if "breakdown" in body else "data_points"
        for point in body.get(series, ()):
            assert point in before[address][series] or point["data_source"] == "batch", (address, point)


def without(answers: dict[str, dict[str, Any]], *addresses: str) -> dict[str, dict[str, Any]]:
    return {address: body for address, body in answers.items() if address not in addresses}


def assert_holes(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], holes: tuple[str, ...]) -> None:
    """Checks that exactly these answers are not complete and say why, and that unreadable documents prove nothing."""
    for address, body in after.items():
        was, found = before[address]["freshness"], body["freshness"]
        said = "missing", "complete", "proven", "assumed", "warnings"
        assert {**found, **dict.fromkeys(said)} == {**was, **dict.fromkeys(said)}, address
        if address not in holes:
            assert [found[name] for name in said[:4]] == [was[name] for name in said[:4]], address
        else:
            assert (found["complete"], found["proven"]) == (False, False), address
            assert found["missing"], address
            assert {"documents_skipped", "hours_unreadable"} <= {text.split(":")[0] for text in found["warnings"]}, (
                address
            )

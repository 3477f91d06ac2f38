"""The overview over the real stores: its numbers are the API's, and all of them are read ahead."""

from __future__ import annotations

from collections import Counter

from lambdaserve.ops.warming import call_api, first_addresses
from merger import wiring
from merger.cache.outcomes import Outcome
from pages.figures.same_hours import today_beside_yesterday
from pages.figures.tables import format_value
from pages.frame.links import genre_url
from tests.pages.reader import Reader


def test_overview_shows_the_apis_numbers(reader: Reader) -> None:
    text = reader.get("/")
    ranked = reader.api.body("trending/movies", {"limit": "50"})["trending_movies"]
    moving = [each for each in ranked if each["velocity"]]
    assert moving
    for each in moving:
        assert f"{format_value(each['velocity'], 'change')}</strong>" in text
        assert f"score {format_value(each['trending_score'], 'decimal')}" in text
    day = reader.api.body("analytics/trends", {"metric": "sentiment"})["data_points"][-1]
    assert f'{format_value(day["value"], "score")} on a scale from −1 to +1"' in text
    assert "so far" in text
    hours = reader.api.body("analytics/trends", {"metric": "sentiment", "window": "47h", "granularity": "hour"})
    found = today_beside_yesterday(hours)
    assert found is not None
    sums = [f"{found[day]['count']} reviews at {found[day]['value']:+.3f}" for day in ("today", "yesterday")]
    assert f"Up to 12:00 UTC: {sums[0]}; by the same hour yesterday: {sums[1].replace(' reviews', '')}." in text
    for genre in reader.api.body("analytics/overview")["by_genre"]:
        assert f'href="{genre_url(genre["genre"])}"' in text
        assert f"{genre['movie_count']} movies" in text


def test_overview_says_what_its_lists_and_lines_show(reader: Reader) -> None:
    text = reader.get("/")
    assert "movies with the highest scores in the last 6h" in text
    assert "A line shows the score of the last 24 hours." in text


def test_what_is_read_ahead_is_all_that_the_overview_shows_of_many_movies(reader: Reader) -> None:
    for address in first_addresses():
        call_api(address)
    read_ahead = computed()
    reader.get("/")
    assert {view for view in computed() if computed()[view] != read_ahead[view]} <= {"movies.sentiment"}


def computed() -> Counter[str]:
    """How many answers of each view this process has computed."""
    counts = wiring.service().cache.counts.all()
    return Counter({view: number for (view, outcome), number in counts.items() if outcome is Outcome.MISS})

"""What is kept of an answer, and how far it was from the batch layer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from merger.core.windows import DAY, HOUR, Granularity, parse_span
from merger.drift.quality import AGES, MOST_CHARACTERS, KeptAnswer, Tally, compare_answer, days_of
from merger.drift.sampling import SampledAnswer
from movies.selectors import GENRES, SENTIMENT, GenreSearch, MovieSentiment
from tests.unit.merger.documents import MOVIE, ask, at, hourly, point

NOW = at("2026-03-10 10:30")
OVER = at("2026-03-10 00:00")
ANSWER = KeptAnswer("a:1", "movies.sentiment", MOVIE, "2026-03-09", NOW, 90, "a-1-b", None, None)


def test_a_day_counts_once_for_each_kind() -> None:
    assert compare_answer(ANSWER, 100) == Tally(answers=1, different=1, batch=100, missing=10)
    assert compare_answer(ANSWER, 60) == Tally(answers=1, different=1, batch=60, extra=30)
    assert compare_answer(ANSWER, 90) == Tally(answers=1, batch=90)


def test_an_answer_that_says_what_it_lacks_is_not_compared() -> None:
    assert compare_answer(replace(ANSWER, is_incomplete=True), 100) == Tally(incomplete=1)


def test_the_error_has_the_sign_of_what_readers_saw() -> None:
    lost, twice = compare_answer(ANSWER, 100), compare_answer(ANSWER, 60)
    assert (lost.error, lost.difference, lost.mismatch) == (-0.1, 0.1, 1.0)
    assert (twice.error, twice.difference) == (0.5, 0.5)
    both = lost + twice + compare_answer(ANSWER, 90)
    assert (both.answers, both.different, both.batch) == (3, 2, 250)
    assert (both.error, both.difference, both.mismatch) == (20 / 250, 40 / 250, 2 / 3)


def test_without_anything_to_compare_there_is_no_share() -> None:
    assert (Tally().error, Tally().difference, Tally().mismatch) == (None, None, None)
    assert compare_answer(ANSWER, 0).error is None


@pytest.mark.parametrize(
    ("after", "age"),
    [
        (timedelta(0), "1h"),
        (HOUR, "6h"),
        (timedelta(hours=5.99), "6h"),
        (timedelta(hours=6), "24h"),
        (DAY, "older"),
        (9 * DAY, "older"),
    ],
)
def test_the_age_is_the_time_since_the_end_of_the_day(after: timedelta, age: str) -> None:
    assert replace(ANSWER, made=OVER + after).age == age in AGES


def sampled(window: str, *, lost_hour: bool = False) -> SampledAnswer:
    """The real view's answer at ``NOW``: yesterday from the speed layer, the days before from the batch."""
    hours = hourly(at("2026-03-09 00:00"), at("2026-03-10 10:00"))
    if lost_hour:
        del hours[5]
    days = [point(day, 24, at("2026-03-09 00:00")) for day in ("2026-03-06", "2026-03-07", "2026-03-08")]
    params = MovieSentiment(MOVIE, parse_span(window), Granularity.DAY)
    result = ask(NOW, days, hours, window=window)
    body = orjson.dumps({**result.body, "freshness": {**result.freshness.as_dict(), "data_version": "a-1-b"}})
    return SampledAnswer(SENTIMENT, params, "a:1", NOW, body)


def test_what_is_kept_are_the_days_that_were_over_and_live() -> None:
    (found,) = days_of(sampled("7d"))
    assert (found.day, found.reviews, found.movie_id, found.made) == ("2026-03-09", 24, MOVIE, NOW)
    assert not found.is_incomplete
    assert found.data_version == "a-1-b"
    assert found.speed_as_of is not None
    assert found.asked.startswith("movies.sentiment MovieSentiment(movie_id=550,")
    assert len(found.asked) <= MOST_CHARACTERS


def test_a_day_of_which_the_answer_names_a_missing_hour_is_kept_as_incomplete() -> None:
    (found,) = days_of(sampled("7d", lost_hour=True))
    assert (found.reviews, found.is_incomplete) == (23, True)


def test_answers_about_no_movie_give_nothing() -> None:
    assert not [*days_of(SampledAnswer(GENRES, GenreSearch(None), "a:1", NOW, b"{}"))]

"""Figures by movie and day add up, whatever the order of the hours."""

from __future__ import annotations

import pytest

from merger.core.windows import DAY, HOUR
from sample_data.ledger import DayFigures, Ledger
from sample_data.replay import Replay
from tests.unit.sample_data.streams import EPOCH, scores, small_world

HOURS = list(Replay(small_world()).until(EPOCH + 30 * HOUR))


def read(*hours: int) -> Ledger:
    ledger = Ledger()
    for index in hours:
        ledger.enter(*HOURS[index])
    return ledger


def test_reviews_of_a_movie_add_up_over_all_days() -> None:
    ledger, world = read(*range(30)), small_world()
    for movie in world.movies[:20]:
        expected = scores(world, EPOCH, EPOCH + 30 * HOUR, movie.movie_id)
        assert ledger.reviews_of(movie.movie_id).count == len(expected)
        assert ledger.reviews_of(movie.movie_id).total == pytest.approx(sum(expected))


def test_hours_belong_to_their_day_in_any_order() -> None:
    ledger, shuffled = read(*range(30)), read(*range(29, -1, -1))
    for day in (EPOCH, EPOCH + DAY):
        assert {key: each.observations for key, each in ledger.day(day).items()} == {
            key: each.observations for key, each in shuffled.day(day).items()
        }
    assert set(read(*range(24)).day(EPOCH)) == set(ledger.day(EPOCH))


def test_each_hour_with_events_is_one_observation() -> None:
    ledger = read(0, 1)
    for movie_id, figures in ledger.day(EPOCH).items():
        seen = [hour[movie_id] for _, hour in HOURS[:2] if movie_id in hour]
        assert figures.observations == len(seen)
        assert figures.popularity_sum == pytest.approx(sum(each.popularity for each in seen))


def test_figures_of_two_movies_add_up() -> None:
    one, other = list(read(0).day(EPOCH).values())[:2]
    both = DayFigures()
    for each in (one, other):
        both.include(each)
    assert (both.observations, both.reviews.count) == (2, one.reviews.count + other.reviews.count)


def test_a_day_or_movie_without_events_is_empty() -> None:
    assert read(0).day(EPOCH + 9 * DAY) == {}
    assert read(0).reviews_of(-1).count == 0

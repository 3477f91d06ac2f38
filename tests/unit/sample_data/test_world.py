"""The simulated stream: reproducible, and like real life in its shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from merger.core.windows import DAY, HOUR
from sample_data.facts import load_movies
from sample_data.world import Kind, Surge, World
from tests.unit.sample_data.streams import EPOCH, events, small_world


def test_events_do_not_depend_on_the_order_of_requests() -> None:
    hours = [EPOCH + index * HOUR for index in range(100)]
    one, other = small_world(), small_world()
    forwards = [one.events(hour) for hour in hours]
    backwards = [other.events(hour) for hour in reversed(hours)]
    assert forwards == backwards[::-1]


def test_another_seed_gives_other_events() -> None:
    assert small_world(seed=1).events(EPOCH) != small_world(seed=2).events(EPOCH)


def test_a_later_epoch_changes_no_events() -> None:
    later = World(EPOCH + DAY, scale=0.02)
    assert later.events(EPOCH + DAY) == small_world().events(EPOCH + DAY)


def test_there_are_no_events_before_the_epoch() -> None:
    assert small_world().events(EPOCH - HOUR) == []


def test_events_lie_in_their_hour_in_order() -> None:
    world = small_world()
    for index in range(48):
        hour = EPOCH + index * HOUR
        times = [event.at for event in world.events(hour)]
        assert times == sorted(times)
        assert hour <= times[0] <= times[-1] < hour + HOUR


def test_values_are_in_the_range_of_their_kind() -> None:
    seen = list(events(small_world(), EPOCH, EPOCH + 5 * DAY))
    values = {kind: [event.value for event in seen if event.kind is kind] for kind in Kind}
    assert all(-1 <= score <= 1 for score in values[Kind.REVIEW])
    assert all(0.5 <= rating <= 10 and rating * 2 == int(rating * 2) for rating in values[Kind.VOTE])
    assert all(-0.02 <= change <= 0.05 for change in values[Kind.POPULARITY])
    assert min(map(len, values.values())) > 100


def test_reviews_are_positive_negative_and_neutral() -> None:
    scores = [event.value for event in events(small_world(), EPOCH, EPOCH + DAY) if event.kind is Kind.REVIEW]
    assert any(score > 0.05 for score in scores)
    assert any(score < -0.05 for score in scores)
    assert any(-0.05 <= score <= 0.05 for score in scores)


def test_the_full_world_has_150_to_200_movies_with_events_an_hour() -> None:
    world = World(EPOCH)
    movies = [len({event.movie_id for event in world.events(EPOCH + index * HOUR)}) for index in range(7 * 24)]
    assert 150 <= sum(movies) / len(movies) <= 200
    assert min(movies) > 100
    assert max(movies) < 300


def test_evenings_are_busier_than_mornings() -> None:
    world = World(EPOCH)
    at = {hour: sum(len(world.events(EPOCH + day * DAY + hour * HOUR)) for day in range(10)) for hour in (8, 20)}
    assert at[20] > 1.2 * at[8]


def test_popular_movies_have_more_events() -> None:
    world = World(EPOCH)
    popular = {movie.movie_id for movie in world.movies[:100]}
    seen = [event.movie_id in popular for event in events(world, EPOCH, EPOCH + DAY)]
    assert sum(seen) / len(seen) > 5 * len(popular) / len(world.movies)


def test_movies_with_known_people_have_most_events_and_all_surges() -> None:
    known = {movie.movie_id for movie in load_movies() if movie.has_people}
    shares = []
    for favours_people in (True, False):
        seen = [e.movie_id in known for e in events(World(EPOCH, favours_people=favours_people), EPOCH, EPOCH + DAY)]
        shares.append(sum(seen) / len(seen))
    assert shares[0] > 0.98 > 0.95 > shares[1]


def test_world_of_movies_without_known_people_has_surges() -> None:
    movies = [replace(movie, cast=()) for movie in load_movies(40)]
    assert World(EPOCH, movies=movies).events(EPOCH)


def test_the_movie_with_most_events_changes_within_two_days() -> None:
    world = World(EPOCH)
    leaders = set()
    for index in range(48):
        ids = [event.movie_id for event in world.events(EPOCH + index * HOUR)]
        leaders.add(max(ids, key=ids.count))
    assert len(leaders) >= 4


def test_a_surge_rises_to_its_peak_falls_and_ends() -> None:
    surge = Surge(load_movies(1)[0], EPOCH, hours=8, peak=20.0, mood=0.5)
    strengths = [surge.strength(EPOCH + index * HOUR) for index in range(-1, 9)]
    assert strengths[0] == strengths[-1] == 0
    assert max(strengths) == strengths[3] == 20
    assert strengths[3:] == sorted(strengths[3:], reverse=True)


def test_a_small_world_has_the_most_popular_movies() -> None:
    world = small_world()
    assert world.movies == load_movies(96)
    assert {event.movie_id for event in world.events(EPOCH)} <= {movie.movie_id for movie in world.movies}


def test_a_large_world_has_all_movies_of_the_facts() -> None:
    assert len(World(EPOCH, scale=2.0).movies) == 4775


@pytest.mark.parametrize("scale", [0.0, -1.0, 10.5, float("nan"), float("inf")])
def test_an_impossible_scale_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 10"):
        World(EPOCH, scale=scale)


def test_an_epoch_other_than_midnight_is_refused() -> None:
    with pytest.raises(ValueError, match="midnight"):
        World(EPOCH + timedelta(hours=1))

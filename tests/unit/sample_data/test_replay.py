"""The numbers of movies as the stream goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.core.windows import DAY, HOUR
from sample_data.facts import Movie, load_movies
from sample_data.replay import MovieState, Replay, Reviews
from sample_data.world import Event, Kind
from tests.unit.sample_data.streams import CUT, EPOCH, events, small_world


def walk_to(until: Any) -> Replay:
    replay = Replay(small_world())
    for _ in replay.until(until):
        pass
    return replay


def state(movie: Movie | None = None) -> MovieState:
    movie = movie or load_movies(1)[0]
    return MovieState(movie, movie.vote_count, movie.vote_average * movie.vote_count, 0.0, EPOCH)


def test_reviews_add_up_by_kind() -> None:
    reviews = Reviews()
    for score in (0.5, 0.05, -0.05, -0.4, 0.051):
        reviews.add(score)
    payload = reviews.payload()
    assert payload.pop("avg_sentiment") == pytest.approx(0.151 / 5)
    assert payload == {"review_count": 5, "positive_count": 2, "negative_count": 1, "neutral_count": 2}


def test_no_reviews_average_to_zero() -> None:
    assert Reviews().payload()["avg_sentiment"] == 0


def test_votes_move_the_average_from_its_real_base() -> None:
    before = state()
    after = before.after(Event(EPOCH, before.movie.movie_id, Kind.VOTE, 10.0))
    assert after.vote_count == before.movie.vote_count + 1
    assert after.rating_sum == before.rating_sum + 10
    assert before.vote_average == before.movie.vote_average


def test_a_lift_of_popularity_fades() -> None:
    before = state()
    after = before.after(Event(EPOCH, before.movie.movie_id, Kind.POPULARITY, 0.1))
    base = before.movie.popularity
    lifts = [after.popularity(EPOCH + index * DAY) - base for index in range(3)]
    assert lifts[0] == pytest.approx(0.1 * base, abs=0.01)
    assert lifts[1] == pytest.approx(lifts[0] / 2.71828, abs=0.01)
    assert lifts[2] == pytest.approx(lifts[1] / 2.71828, abs=0.01)


def test_popularity_never_falls_below_zero() -> None:
    unknown = load_movies()[-1]
    after = state(unknown).after(Event(EPOCH, unknown.movie_id, Kind.POPULARITY, -0.5))
    assert after.popularity(EPOCH) == 0


def test_a_movie_without_votes_has_an_average_of_zero() -> None:
    unrated = next(movie for movie in load_movies() if not movie.vote_count)
    assert state(unrated).vote_average == 0


def test_the_numbers_include_all_earlier_votes() -> None:
    replay = walk_to(CUT)
    votes = [event for event in events(replay.world, EPOCH, CUT) if event.kind is Kind.VOTE]
    for movie in replay.world.movies:
        given = [event.value for event in votes if event.movie_id == movie.movie_id]
        held = replay.states[movie.movie_id]
        assert held.vote_count == movie.vote_count + len(given)
        assert held.rating_sum == pytest.approx(movie.vote_average * movie.vote_count + sum(given))


def test_observing_does_not_advance() -> None:
    replay = walk_to(CUT)
    before = dict(replay.states)
    first = replay.observe(CUT + HOUR)
    assert replay.observe(CUT + HOUR) == first
    assert (replay.hour, replay.states) == (CUT, before)
    assert replay.advance() == first
    assert replay.hour == CUT + HOUR


def test_an_open_hour_holds_the_events_so_far() -> None:
    replay = walk_to(CUT)
    now = CUT + timedelta(minutes=25)
    times = sorted(at for observed in replay.observe(now).values() for at in observed.times)
    assert times == [event.at for event in replay.world.events(CUT) if event.at < now]
    assert {observed.end for observed in replay.observe(now).values()} == {now}


def test_a_last_hour_cut_off_has_no_later_events() -> None:
    middle = EPOCH + timedelta(hours=7, minutes=30)
    seen = [at for _, hour in Replay(small_world()).until(middle) for one in hour.values() for at in one.times]
    assert sorted(seen) == [event.at for event in events(small_world(), EPOCH, middle)]


def test_exactly_one_day_of_observations_is_kept() -> None:
    replay = walk_to(CUT)
    for movie in replay.world.movies[:20]:
        times = [at for seen in replay.recent(movie.movie_id) for at in seen.times]
        assert times == [event.at for event in events(replay.world, CUT - DAY, CUT) if event.movie_id == movie.movie_id]

"""What an answer may lack: events that lie in what it says is missing or assumed, and those that no layer has seen yet.

Requirements M1, M2 and M8.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import isclose
from typing import Any

from merger.core.windows import DAY, HOUR, Granularity, Window, floor_hour
from tests.unit.oracle.stored import StoredWorld, Told
from tests.unit.oracle.worlds.truth import Observation, Review, times_counted
from tests.unit.oracle.worlds.world import World

LAG_LIMIT = timedelta(minutes=10)


def is_unseen(world: World, at: datetime, data_type: str) -> bool:
    """Whether a speed layer that lags no more than it may has not seen a moment yet.

    Where every sync stamps all documents again, nothing but the newest hour bounds its age (requirement D6).
    """
    open_hour, stopped = floor_hour(world.now), world.stopped(data_type)
    if at >= open_hour and (data_type, open_hour) in world.speed.lost:
        return True
    last_sign = floor_hour(stopped) + HOUR if world.speed.restamps else stopped
    return at >= stopped and (at >= open_hour or world.now - last_sign <= LAG_LIMIT)


def may_lack(stored: StoredWorld, told: Told, at: datetime, data_type: str) -> bool:
    """Whether an answer may leave out what happened at a moment.

    The open hour is never missing: where a document of it can't be read, any other interval will do.
    """
    if told.covers(at) or is_unseen(stored.world, at, data_type):
        return True
    return bool(stored.world.damages) and at >= floor_hour(stored.world.now) and told.is_flagged


def check_sum(
    stored: StoredWorld, told: Told, total: int, of: Iterable[Review], window: Window, whole: Collection[Review]
) -> list[Review]:
    """Checks a sum of reviews: each once, unless the answer says otherwise; returns those counted.

    Args:
        stored: what the answer was made from.
        told: the answer.
        total: the sum.
        of: the reviews that belong to the question.
        window: the time of the sum.
        whole: those that must be in the sum; others of the window are judged elsewhere.
    """
    wanted, counted = set(of), []
    times = times_counted(total, (review.weight for review in stored.world.truth.reviews))
    for review in stored.world.truth.reviews:
        number = times[review.weight]
        belongs = review in wanted and window.holds(review.at)
        assert not number or belongs, f"{review} does not belong to {window}"
        assert number <= 1 or told.covers(review.at), f"{review} is counted {number} times"
        if number:
            counted.append(review)
        elif review in whole and belongs:
            assert may_lack(stored, told, review.at, "sentiment"), f"{review} is lost"
    return counted


def check_average(average: float | None, counted: Iterable[Review]) -> None:
    """Checks the average of reviews that are counted once each."""
    counted = list(counted)
    weight = sum(review.weight for review in counted)
    if not weight or average is None:
        assert not weight, "there is no average of what was counted"
        return
    exact = sum(review.weight * review.score for review in counted) / weight
    assert isclose(average, exact, rel_tol=1e-4, abs_tol=1e-4), f"the average is {average}, not {exact}"


def check_observed(
    stored: StoredWorld, told: Told, total: int, of: Iterable[Observation], window: Window
) -> list[Observation]:
    """Checks a sum of popularities as ``check_sum`` does, without looking for what is lost."""
    wanted, counted = set(of), []
    times = times_counted(total, (each.popularity for each in stored.world.truth.observations))
    for each in stored.world.truth.observations:
        number = times[each.popularity]
        assert not number or (each in wanted and window.holds(each.at)), f"{each} does not belong to {window}"
        assert number <= 1 or told.covers(each.at), f"{each} is counted {number} times"
        counted += [each] * (number > 0)
    return counted


def bucket_of(entry: dict[str, Any]) -> Window:
    """The time of a point: an hour or a day."""
    if "hour" in entry:
        start = datetime.fromisoformat(entry["hour"])
        return Window(start, start + HOUR)
    start = datetime.fromisoformat(f"{entry['date']}T00:00:00+00:00")
    return Window(start, start + DAY)


def window_of(stored: StoredWorld, span: Any, granularity: Granularity) -> Window:
    result: Window = span.ending(stored.world.now, granularity)
    return result

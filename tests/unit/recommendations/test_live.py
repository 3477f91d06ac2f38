"""What happens now: trends as the ranking has them, and the sentiment of the newest reviews."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from recommendations.live import USUAL_REVIEWS, feelings_of, trends_of
from tests.unit.recommendations.world import MOVIES, feeling, inputs, lifetime, now

ROWS = np.arange(3)


def test_trends_are_the_scores_of_the_ranking() -> None:
    trends = trends_of(ROWS, inputs(now("trending", 1, trending_score=80.0), now("stats", 2, popularity=50.0)))
    assert trends[:2].tolist() == [80.0, 20.0]
    assert isnan(trends[2])


def test_trends_of_earlier_hours_do_not_count() -> None:
    old = now("trending", 1, trending_score=80.0, hours_ago=30)
    assert isnan(trends_of(ROWS, inputs(old))[0])


def test_newest_reviews_are_drawn_towards_the_lifetime_average() -> None:
    hours = feeling(1, 1.0, 10), feeling(1, 0.5, 10, hours_ago=3), feeling(2, 1.0, 20)
    made = inputs(*hours, catalogue=[*MOVIES, lifetime(1, -1.0, 500)])
    feelings = feelings_of(ROWS, made)
    assert feelings[0] == pytest.approx((10 + 5 - USUAL_REVIEWS) / (20 + USUAL_REVIEWS))
    assert feelings[1] == pytest.approx(20 / (20 + USUAL_REVIEWS))
    assert isnan(feelings[2])


def test_without_new_reviews_the_lifetime_average_stands() -> None:
    made = inputs(feeling(1, 1.0, 10, hours_ago=30), catalogue=[*MOVIES, lifetime(1, -0.5, 500)])
    assert feelings_of(ROWS, made)[0] == pytest.approx(-0.5)

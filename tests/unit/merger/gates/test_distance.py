"""How far apart two samples of numbers are."""

from __future__ import annotations

import math
import random

import pytest

from merger.gates.distance import certain_shift, distribution_distance, logarithms_of_ratios, typical_shift


def drawn(number: int, mean: float, spread: float = 1.0, seed: int = 1) -> list[float]:
    dice = random.Random(f"{seed}:{number}:{mean}")
    return [dice.gauss(mean, spread) for _ in range(number)]


def test_samples_of_one_distribution_have_no_distance() -> None:
    distances = [distribution_distance(drawn(50, 5, seed=n), drawn(80, 5, seed=-n)) for n in range(1, 300)]
    assert sum(distance > 0 for distance in distances) <= 3


def test_samples_of_different_distributions_have_one() -> None:
    assert distribution_distance(drawn(500, 5), drawn(500, 7)) > 0.4
    assert distribution_distance([1.0] * 2000, [2.0] * 2000) == pytest.approx(1 - 1.95 * math.sqrt(2 / 2000))


def test_numbers_that_rest_on_the_same_events_leave_more_to_chance() -> None:
    assert distribution_distance([1.0] * 50, [2.0] * 50, 3) < distribution_distance([1.0] * 50, [2.0] * 50)


def test_ratios_leave_out_zeros_and_absent_numbers() -> None:
    found = logarithms_of_ratios([(2, 1), (0, 1), (1, 0), (math.nan, 1), (1, math.nan), (-4, 2)])
    assert found == pytest.approx([math.log(2), math.log(2)])


def test_the_typical_shift_is_not_moved_by_a_few() -> None:
    assert typical_shift([0.0] * 20 + [5.0] * 5) == 0


def test_a_certain_shift_is_drawn_towards_zero() -> None:
    assert certain_shift([0.7] * 10) == pytest.approx(0.7)
    assert certain_shift([-0.7] * 10) == pytest.approx(-0.7)
    assert certain_shift([1.0, -1.0] * 10) == 0
    assert 0 < certain_shift([0.5, 0.9] * 10) < 0.7

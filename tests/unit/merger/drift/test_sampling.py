"""Which answers are sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from merger.drift.sampling import MOST_WAITING, ONE_IN, AnswerSample
from merger.views.freshness import TTLClass
from merger.views.plans import Plan, View
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")


@dataclass(frozen=True)
class Params:
    movie_id: int


def nothing(*args: Any) -> Any:
    return {}


VIEW: View[Params] = View("a", TTLClass.VOLATILE, lambda _: Plan(), nothing, live_days=nothing)
OTHER: View[Params] = View("b", TTLClass.VOLATILE, lambda _: Plan(), nothing)


def note(sample: AnswerSample, number: int, view: View[Params] = VIEW) -> None:
    sample.note(view, Params(number), f"a:{number:024x}", NOW, b"{}")


def test_one_question_in_some_is_sampled_and_always_the_same_one() -> None:
    sample = AnswerSample()
    chosen = []
    for _ in range(2):
        for number in range(4 * ONE_IN):
            note(sample, number)
        chosen.append([answer.params.movie_id for answer in sample.take()])  # type: ignore[attr-defined]
    assert chosen[0] == chosen[1] == [0, ONE_IN, 2 * ONE_IN, 3 * ONE_IN]
    assert sample.take() == []


def test_views_that_count_nothing_by_day_are_not_sampled() -> None:
    sample = AnswerSample(one_in=1)
    note(sample, 1, OTHER)
    assert sample.take() == []


def test_what_waits_is_bounded() -> None:
    sample = AnswerSample(one_in=1)
    for number in range(MOST_WAITING + 10):
        note(sample, number)
    assert len(sample.take()) == MOST_WAITING

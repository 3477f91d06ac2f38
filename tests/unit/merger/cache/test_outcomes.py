"""Outcomes by view, and the hit rate.

Requirement C8.
"""

from __future__ import annotations

import threading

import pytest

from merger.cache.outcomes import SERVED, SERVED_WITHOUT_COMPUTING, Outcome, OutcomeCounts, hit_rate


def test_counts_are_kept_by_view_and_outcome() -> None:
    counts = OutcomeCounts()
    for view, outcome in (("a", Outcome.HIT), ("a", Outcome.HIT), ("b", Outcome.HIT), ("a", Outcome.MISS)):
        counts.note(view, outcome)
    assert counts.all() == {("a", Outcome.HIT): 2, ("b", Outcome.HIT): 1, ("a", Outcome.MISS): 1}


def test_counts_are_taken_once_and_stay_in_the_sum() -> None:
    counts = OutcomeCounts()
    counts.note("a", Outcome.HIT)
    assert counts.take() == {("a", Outcome.HIT): 1}
    assert counts.take() == {}
    counts.note("a", Outcome.HIT)
    assert counts.take() == {("a", Outcome.HIT): 1}
    assert counts.all() == {("a", Outcome.HIT): 2}


def test_no_count_is_lost_between_threads() -> None:
    counts, taken = OutcomeCounts(), 0

    def note() -> None:
        for _ in range(5000):
            counts.note("a", Outcome.HOT)

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += sum(counts.take().values())
    taken += sum(counts.take().values())
    assert taken == 20_000
    assert counts.all() == {("a", Outcome.HOT): 20_000}


@pytest.mark.parametrize(
    ("counted", "rate"),
    [
        ({}, None),
        ({Outcome.ERROR: 5}, None),
        ({Outcome.REFRESH: 5}, None),
        ({Outcome.MISS: 5}, 0.0),
        ({Outcome.HOT: 1, Outcome.HIT: 1, Outcome.STALE: 1, Outcome.WAIT: 1}, 1.0),
        ({Outcome.HOT: 2, Outcome.HIT: 4, Outcome.MISS: 2, Outcome.REFRESH: 9, Outcome.ERROR: 9}, 0.75),
    ],
)
def test_hit_rate_is_the_share_of_answers_not_computed_for_their_request(
    counted: dict[Outcome, int], rate: float | None
) -> None:
    assert hit_rate({("a", outcome): number for outcome, number in counted.items()}) == rate


def test_hit_rate_of_one_view_ignores_others() -> None:
    counts = {("a", Outcome.HIT): 3, ("a", Outcome.MISS): 1, ("b", Outcome.MISS): 4}
    assert (hit_rate(counts, "a"), hit_rate(counts, "b"), hit_rate(counts, "c"), hit_rate(counts)) == (
        0.75,
        0.0,
        None,
        0.375,
    )


def test_every_outcome_counts_as_an_answer_or_explicitly_not() -> None:
    assert set(Outcome) - set(SERVED) == {Outcome.REFRESH, Outcome.ERROR}
    assert set(SERVED) - set(SERVED_WITHOUT_COMPUTING) == {Outcome.MISS}

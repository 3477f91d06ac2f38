"""Right answers about healthy worlds seldom say that something is missing.

In these worlds nothing is late or lost, but most hours hold no event. Requirement M8.
"""

from __future__ import annotations

from tests.effort import examples
from tests.unit.oracle.flags import Flags, count_flags
from tests.unit.oracle.generated import healthy_world


def healthy_flags(*, is_recorded: bool, has_heartbeats: bool) -> Flags:
    worlds = range(examples(40))
    return count_flags(healthy_world(seed, is_recorded=is_recorded, has_heartbeats=has_heartbeats) for seed in worlds)


def test_with_coverage_records_and_heartbeats_every_right_answer_is_proven() -> None:
    flags = healthy_flags(is_recorded=True, has_heartbeats=True)
    assert flags.right > 0
    assert flags.flagged_share == 0


def test_with_heartbeats_alone_few_right_answers_are_incomplete_and_no_hour_is_doubted() -> None:
    flags = healthy_flags(is_recorded=False, has_heartbeats=True)
    assert flags.incomplete_share < 0.05
    assert set(flags.reasons) <= {"absent"}, "only what an unrecorded run does not name is assumed (M8)"


def test_without_heartbeats_no_more_right_answers_are_incomplete_than_before_them() -> None:
    # Rankings and what rests on them (recommendations, people) read the last hours, of which most hold no event.
    assert healthy_flags(is_recorded=False, has_heartbeats=False).incomplete_share < 0.62

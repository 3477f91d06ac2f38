"""The oracle is proven: it finds each of a list of planted bugs, in a world in which it finds nothing without the bug.

Requirement M10.
"""

from __future__ import annotations

import pytest

from tests.unit.oracle.generated import Question, random_questions
from tests.unit.oracle.planted import PLANTED
from tests.unit.oracle.stored import StoredWorld

MOST_WORLDS = 300


@pytest.mark.parametrize("bug", PLANTED)
def test_planted_bug_is_found(bug: str) -> None:
    planted = PLANTED[bug]
    for seed in range(MOST_WORLDS):
        world = planted.world(seed)
        questions = [question for name, question in random_questions(seed) if planted.about in name]
        with pytest.MonkeyPatch.context() as patch:
            planted.plant(patch)
            stored = StoredWorld(world)
            wrong = [question for question in questions if not answers_rightly(stored, question)]
        if any(answers_rightly(StoredWorld(world), question) for question in wrong):
            return
    pytest.fail(f"not found in {MOST_WORLDS} worlds: {bug}")


def answers_rightly(stored: StoredWorld, question: Question) -> bool:
    try:
        question(stored)
    except Exception:  # noqa: BLE001 - any error of the service is a fault
        return False
    return True

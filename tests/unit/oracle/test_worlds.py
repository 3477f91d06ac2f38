"""Every endpoint's answers on random worlds: right, or what is wrong lies in what the answer says it lacks.

Requirement M10.
"""

from __future__ import annotations

import pytest

from tests.effort import examples
from tests.unit.oracle.generated import plain, random_questions, random_world
from tests.unit.oracle.shrinking import smallest
from tests.unit.oracle.stored import StoredWorld
from tests.unit.oracle.wording import describe
from tests.unit.oracle.worlds.world import World

WORLDS_AT_ONCE = 10


def judge(world: World) -> None:
    """Asks every endpoint about a world, and fails with the smallest world in which an answer is wrong."""
    stored = StoredWorld(world)
    for name, question in random_questions(world.seed):
        try:
            question(stored)
        except Exception as error:  # noqa: BLE001 - any error of the service is a fault
            pytest.fail(f"{name}: {error}\n{describe(smallest(world, question))}")


@pytest.mark.parametrize("start", range(0, examples(40), WORLDS_AT_ONCE))
def test_answers_about_plain_worlds_are_right_or_say_what_they_lack(start: int) -> None:
    for seed in range(start, start + WORLDS_AT_ONCE):
        judge(plain(random_world(seed)))


@pytest.mark.parametrize("start", range(0, examples(100), WORLDS_AT_ONCE))
def test_answers_about_random_worlds_are_right_or_say_what_they_lack(start: int) -> None:
    for seed in range(start, start + WORLDS_AT_ONCE):
        judge(random_world(seed))

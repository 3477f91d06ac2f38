"""How many right answers say that they are incomplete or not proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.unit.oracle.generated import random_questions
from tests.unit.oracle.stored import StoredWorld
from tests.unit.oracle.worlds.world import World

KEPT_HOURS = 119
"""The hours that the speed layer surely keeps."""


@dataclass(frozen=True, slots=True)
class Flags:
    """Right answers, and how many of them are flagged.

    Args:
        right: number of answers that lack nothing.
        incomplete: of these, how many say that something is missing.
        assumed: of the others, how many say that they rest on an assumption.
        reasons: for these, how many name each reason.
    """

    right: int
    incomplete: int
    assumed: int
    reasons: Counter[str]

    @property
    def incomplete_share(self) -> float:
        return self.incomplete / max(1, self.right)

    @property
    def flagged_share(self) -> float:
        return (self.incomplete + self.assumed) / max(1, self.right)


def count_flags(worlds: Iterable[World], about: str = "") -> Flags:
    """Asks every endpoint about some worlds, or those with a text in their description."""
    right = incomplete = assumed = 0
    reasons = Counter[str]()
    for world in worlds:
        stored = StoredWorld(world)
        for name, question in random_questions(world.seed, KEPT_HOURS):
            if about not in name:
                continue
            stored.excuses = False
            try:
                question(stored)
            except AssertionError:
                continue
            stored.excuses = True
            told = question(stored)
            if any(warning.startswith("days_only") for warning in told.freshness.get("warnings", ())):
                continue  # it asks for hours of which the batch layer knows days, and the speed layer nothing any more
            right += told.body is not None
            incomplete += bool(told.missing)
            if told.assumed and not told.missing:
                assumed += 1
                reasons.update({each["reason"] for each in told.freshness["assumed"]})
    return Flags(right, incomplete, assumed, reasons)

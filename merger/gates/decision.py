"""All gates, and what they decide about a run. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from merger.gates.amounts import documents, first_days, nulls, vanished, violations
from merger.gates.contents import distribution, facts, level
from merger.gates.days import changed_days, coverage
from merger.gates.limits import Limits
from merger.gates.measure import Measure, percent
from merger.gates.summary import RunSummary

Gate = Callable[[RunSummary, RunSummary, Limits], Iterable[Measure]]


class State(StrEnum):
    """What a gate decides."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one gate decides about a run.

    Args:
        gate: what it looks at.
        state: its decision.
        worst: the largest difference that it found.
        limit: what it allows.
        faults: what is wrong, a sentence each, the worst first.
    """

    gate: str
    state: State
    worst: str
    limit: str
    faults: tuple[str, ...] = ()


_COMPARING: Final[Mapping[str, tuple[Gate, Callable[[Limits], str]]]] = {
    "documents": (
        documents,
        lambda limits: f"−{percent(limits.documents_lost)} to +{percent(limits.documents_gained)}",
    ),
    "first days": (first_days, lambda limits: f"{percent(limits.documents_lost)} of the days apart"),
    "vanished": (vanished, lambda limits: percent(limits.vanished)),
    "nulls": (nulls, lambda limits: f"{percent(limits.nulls)} more"),
    "distribution": (distribution, lambda limits: f"a distance of {limits.distribution:g}"),
    "level": (level, lambda limits: f"a factor of {limits.level:g}"),
    "facts": (facts, lambda limits: f"{percent(limits.facts)} changed"),
    "closed days": (changed_days, lambda limits: f"{percent(limits.closed_days)} changed"),
}
"""Gates that need a run before, by name, and how each states its limit."""


def decide(run: RunSummary, before: RunSummary | None, limits: Limits) -> list[Outcome]:
    """Asks every gate about a run.

    Args:
        run: the run that is to become visible.
        before: the run that readers see; ``None``: there is none.
        limits: how far they may differ.
    """
    alone = [
        _outcome("contract", violations(run, before, limits), f"{percent(limits.violations)} more"),
        _outcome("coverage", coverage(run, before, limits), f"{limits.coverage_lost} less"),
    ]
    if before is None:
        none = "no run before to compare with"
        return [
            *(Outcome(name, State.NOT_COMPARED, none, limit(limits)) for name, (_, limit) in _COMPARING.items()),
            *alone,
        ]
    compared = [_outcome(name, gate(run, before, limits), limit(limits)) for name, (gate, limit) in _COMPARING.items()]
    return [*compared, *alone]


def faults_of(outcomes: Iterable[Outcome]) -> list[str]:
    """What the failed gates say."""
    return [fault for outcome in outcomes for fault in outcome.faults]


def _outcome(gate: str, measures: Iterable[Measure], limit: str) -> Outcome:
    found = sorted(measures, key=lambda each: each.size, reverse=True)
    faults = tuple(each.fault for each in found if each.fault)
    state = State.FAILED if faults else State.PASSED if found else State.NOT_COMPARED
    worst = next((each.shown for each in found if each.fault), found[0].shown if found else "too few to compare")
    return Outcome(gate, state, worst, limit, faults)

"""What a gate finds in one group of documents. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from merger.gates.summary import Group, RunSummary


@dataclass(frozen=True, slots=True)
class Measure:
    """One comparison.

    Args:
        about: what was compared.
        size: how far it differs; the largest is shown first.
        shown: the same for readers.
        fault: what is wrong, as a sentence; empty: nothing.
    """

    about: str
    size: float
    shown: str
    fault: str = ""


def measure(about: str, size: float, shown: str, fault: str, *, fails: bool) -> Measure:
    """A measure that is a fault if it fails."""
    return Measure(about, size, shown, fault if fails else "")


def groups_of_both(run: RunSummary, before: RunSummary) -> Iterator[tuple[Group, Group]]:
    """The groups that both runs have."""
    for name, earlier in before.groups.items():
        if name in run.groups:
            yield run.groups[name], earlier


def percent(share: float, *, signed: bool = False) -> str:
    """A share as readers read it."""
    return f"{100 * share:{'+' if signed else ''}.{0 if abs(share) >= 0.1 else 1}f} %".replace("-", "−")

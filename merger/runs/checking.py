"""Checks a run before it becomes visible: reads it and the run before, and asks every gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from merger.core.windows import EPOCH
from merger.gates.decision import Outcome, decide, faults_of
from merger.gates.limits import Limits
from merger.gates.reading import RunReader
from merger.runs.listing import BatchRun


@dataclass(frozen=True, slots=True)
class Check:
    """What the gates decide about a run.

    Args:
        run_id: the run, as text.
        before: the run that it was compared with; ``None``: there is none.
        documents: how many the run had.
        outcomes: one of each gate.
    """

    run_id: str
    before: str | None
    documents: int
    outcomes: Sequence[Outcome]

    @property
    def faults(self) -> list[str]:
        """What is wrong with the run, a sentence each; empty: it may become visible."""
        return faults_of(self.outcomes)

    def is_of(self, run: BatchRun, before: BatchRun | None) -> bool:
        """Whether a run still is what was checked, and so is the run before it."""
        return (self.before, self.documents) == (None if before is None else str(before.run_id), run.total)


class RunChecker:
    """Checks runs.

    Args:
        reader: reads them.
        limits: how far a run may differ from the run before.
    """

    def __init__(self, reader: RunReader, limits: Limits) -> None:
        self._reader = reader
        self._limits = limits

    def check(self, run: BatchRun, runs: Sequence[BatchRun], covers_until: datetime | None = None) -> Check:
        """Checks a run.

        Args:
            run: one of ``runs``.
            runs: all runs, newest first.
            covers_until: what its record will state; ``None``: what it states.

        Raises:
            StoreError: from the store.
        """
        before = run_before(run, runs)
        earlier = None if before is None else self._reader.read(before.run_id, before.covers_until)
        summary = self._reader.read(run.run_id, covers_until or run.covers_until)
        name = None if before is None else str(before.run_id)
        return Check(str(run.run_id), name, run.total, decide(summary, earlier, self._limits))


def run_before(run: BatchRun, runs: Sequence[BatchRun]) -> BatchRun | None:
    """The newest run that readers see, or, of a run that they see already, the one before it.

    Args:
        run: one of ``runs``.
        runs: all runs, newest first.
    """
    computed_at = run.computed_at or EPOCH
    for each in runs:
        is_later = run.is_visible and (each.computed_at or EPOCH) > computed_at
        if each.is_visible and each is not run and each.total and not is_later:
            return each
    return None

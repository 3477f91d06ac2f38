"""The steps that change what readers see of batch runs, with a hook asked before and after each.

The publisher doesn't know of it: a hook is asked while nothing is held, and the publisher decides afterwards on what is
true then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from merger.core.windows import isoformat
from merger.errors import MergerError
from merger.hooks.answers import HookFault, Word
from merger.hooks.asking import Asker
from merger.layers.publication import PUBLISHED
from merger.runs.listing import BatchRun
from merger.runs.publisher import LONGEST_REASON, MOST_FAULTS, NotPublishable, RunPublisher, describe_refusal

_logger = logging.getLogger(__name__)

_GATE: Final = ("gate", "state", "worst", "limit")
"""What an event tells of each gate."""


class HookRefused(NotPublishable):
    """The hook, or its failure, stops a step before anything has changed."""


class RunSteps:
    """Publishes, rolls back and prunes, and asks the hook if there is one.

    Args:
        publisher: does the steps.
        asker: asks the hook; ``None``: there is none.

    Attributes:
        notes: what the hook said that people should read, a sentence each.
    """

    def __init__(self, publisher: RunPublisher, asker: Asker | None) -> None:
        self._publisher = publisher
        self._asker = asker
        self.notes: list[str] = []

    def publish(
        self, run_id: str, covers_until: datetime | None = None, *, force: bool = False, because: str = ""
    ) -> BatchRun:
        """As ``RunPublisher.publish``; the run returned is no longer published if the hook had it rolled back.

        Raises:
            NotPublishable: as there, or the hook refuses; nothing has changed.
            StoreError: from the store.
        """
        if self._asker is None or (force and not because.strip()):  # the latter is always refused
            return self._publisher.publish(run_id, covers_until, force=force, because=because)
        check = self._publisher.check(run_id, covers_until)
        if check.faults and not force:
            raise NotPublishable(describe_refusal(check))
        gates = [{name: str(getattr(each, name)) for name in _GATE} for each in check.outcomes]
        faults = check.faults[:MOST_FAULTS]
        data = {"force": force, "because": because.strip()[:LONGEST_REASON], "gates": gates, "faults": faults}
        self._before("publish", {**self._about(run_id), **data, **_covers(covers_until)})
        run = self._publisher.publish(run_id, covers_until, force=force, because=because)
        if self._after("publish", {**_describe(run), **data}) is Word.ROLL_BACK:
            return self._take_back(run)
        return run

    def roll_back(self, run_id: str | None = None, *, force: bool = False) -> BatchRun:
        """As ``RunPublisher.roll_back``.

        Raises:
            NotPublishable: as there, or the hook refuses; nothing has changed.
            StoreError: from the store.
        """
        if self._asker is None:
            return self._publisher.roll_back(run_id, force=force)
        if run_id is None:
            newest = next((run for run in self._publisher.runs() if run.status == PUBLISHED), None)
            run_id = None if newest is None else str(newest.run_id)
        if run_id is None:
            raise NotPublishable("no run is published")
        self._before("rollback", {**self._about(run_id), "force": force})
        run = self._publisher.roll_back(run_id, force=force)
        self._after("rollback", {**_describe(run), "force": force})
        return run

    def prune(self, keep: int, *, dry_run: bool = False) -> Iterator[tuple[BatchRun, int]]:
        """As ``RunPublisher.prune``; of a dry run the hook is not asked.

        Raises:
            NotPublishable: the hook refuses; nothing has changed.
            StoreError: from the store; documents deleted before stay deleted.
        """
        if self._asker is None or dry_run:
            yield from self._publisher.prune(keep, dry_run=dry_run)
            return
        self._before("prune", {"keep": keep})
        deleted: dict[str, int] = {}
        for run, number in self._publisher.prune(keep):
            deleted[str(run.run_id)] = number
            yield run, number
        self._after("prune", {"keep": keep, "deleted": deleted})

    def _about(self, run_id: str) -> dict[str, Any]:
        found = next((run for run in self._publisher.runs() if str(run.run_id) == run_id), None)
        return {"run": run_id} if found is None else _describe(found)

    def _before(self, step: str, data: Mapping[str, Any]) -> None:
        assert self._asker is not None  # noqa: S101 - steps without a hook don't come here
        try:
            answer = self._asker.ask(f"run.{step}.before", {"step": step, **data})
        except HookFault as fault:
            message = f"the hook failed before {step}: {fault}"
            _logger.warning(message)
            raise HookRefused(message) from fault
        if answer.word is not Word.PROCEED:
            message = f"the hook answered before {step}: {answer}"
            _logger.warning(message)
            raise HookRefused(message)
        if answer.reason:
            self._note(f"The hook answered before {step}: {answer}.")

    def _after(self, step: str, data: Mapping[str, Any]) -> Word:
        assert self._asker is not None  # noqa: S101 - steps without a hook don't come here
        try:
            answer = self._asker.ask(f"run.{step}.after", {"step": step, **data})
        except HookFault as fault:
            self._note(f"The hook failed after {step}, which stands: {fault}.")
            return Word.PROCEED
        may_roll_back = answer.word is Word.ROLL_BACK and step == "publish"
        stands = "" if answer.word is Word.PROCEED or may_roll_back else f" {step.capitalize()} stands all the same."
        if answer.reason or answer.word is not Word.PROCEED:
            self._note(f"The hook answered after {step}: {answer}.{stands}")
        return answer.word

    def _take_back(self, run: BatchRun) -> BatchRun:
        """Rolls a run back as the hook said, without asking it again."""
        try:
            back = self._publisher.roll_back(str(run.run_id))
        except MergerError as error:
            self._note(f"Run {run.run_id} could not be rolled back as the hook said, and stays published: {error}.")
            return run
        self._note(f"Run {run.run_id} was rolled back as the hook said.")
        return back

    def _note(self, sentence: str) -> None:
        _logger.warning(sentence)
        self.notes.append(sentence)


def _covers(covers_until: datetime | None) -> dict[str, str]:
    return {} if covers_until is None else {"covers_until": isoformat(covers_until)}


def _describe(run: BatchRun) -> dict[str, Any]:
    return {"run": str(run.run_id), "documents": dict(run.documents), **_covers(run.covers_until)}

"""The steps of batch runs, recorded.

Neither the publisher nor the hooks know of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from merger.contract.collections import BATCH
from merger.hooks.steps import RunSteps
from merger.lineage.recorder import Dataset, Recorder
from merger.runs.listing import BatchRun

PUBLISHED_VIEWS: Final = "published_views"
"""The dataset that readers are served from; its version is the run that was published last."""


class RecordedSteps:
    """Publishes, rolls back and prunes as ``RunSteps`` does, and records publications and rollbacks.

    Args:
        steps: does the steps.
        recorder: records them.
        store: address of MongoDB, without credentials.
        database: its name.
    """

    def __init__(self, steps: RunSteps, recorder: Recorder, store: str, database: str) -> None:
        self._steps = steps
        self._recorder = recorder
        self._store, self._database = store, database

    @property
    def notes(self) -> list[str]:
        """What the hook said that people should read, a sentence each."""
        return self._steps.notes

    def publish(
        self, run_id: str, covers_until: datetime | None = None, *, force: bool = False, because: str = ""
    ) -> BatchRun:
        """As ``RunSteps.publish``."""
        about = "Makes the documents of a batch run visible to readers."
        with self._recorder.record("batch_runs.publish", about) as step:
            step.inputs.append(self._documents_of(run_id))
            step.outputs.append(self._published())
            run = self._steps.publish(run_id, covers_until, force=force, because=because)
            step.outputs[:] = [self._published(str(run.run_id), run.total)] if run.is_visible else []
            return run

    def roll_back(self, run_id: str | None = None, *, force: bool = False) -> BatchRun:
        """As ``RunSteps.roll_back``."""
        about = "Hides the documents of a published batch run from readers again."
        with self._recorder.record("batch_runs.rollback", about) as step:
            step.outputs.append(self._published())
            run = self._steps.roll_back(run_id, force=force)
            step.inputs.append(self._documents_of(str(run.run_id)))
            return run

    def prune(self, keep: int, *, dry_run: bool = False) -> Iterator[tuple[BatchRun, int]]:
        """As ``RunSteps.prune``; what readers see stays the same, so nothing is recorded."""
        return self._steps.prune(keep, dry_run=dry_run)

    def _documents_of(self, run_id: str) -> Dataset:
        return Dataset(self._store, f"{self._database}.{BATCH}", version=run_id)

    def _published(self, version: str | None = None, documents: int | None = None) -> Dataset:
        return Dataset(self._recorder.namespace, PUBLISHED_VIEWS, version, documents)

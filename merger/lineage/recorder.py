"""Records steps as OpenLineage events: one when a step begins, one when it is complete or has failed.

A receiver that does not answer delays a step by a few seconds at most, and never makes it fail. Specification:
https://openlineage.io/docs/spec/object-model
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    dataset_version_dataset,
    documentation_job,
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    set_producer,
)
from openlineage.client.uuid import generate_new_uuid

from merger.core.windows import isoformat

PRODUCER: Final = "urn:lambdaserve"
"""Who made an event, as a URI."""

_LONGEST_MESSAGE: Final = 1000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents that a step reads or writes.

    Args:
        namespace: where they are, such as ``mongodb://host:27017``; never with credentials.
        name: such as ``moviedb.batch_views``.
        version: the batch run that they are of, if they are of one.
        documents: how many were written; ``None``: unknown, or they were read.
    """

    namespace: str
    name: str
    version: str | None = None
    documents: int | None = None

    def as_input(self) -> InputDataset:
        return InputDataset(namespace=self.namespace, name=self.name, facets=self._facets())

    def as_output(self) -> OutputDataset:
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=self.documents)
        counted: dict[str, Any] = {} if self.documents is None else {"outputStatistics": statistics}
        return OutputDataset(namespace=self.namespace, name=self.name, facets=self._facets(), outputFacets=counted)

    def _facets(self) -> dict[str, Any]:
        if self.version is None:
            return {}
        return {"version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=self.version)}


@dataclass(slots=True)
class Step:
    """A step that is being done; what it reads and writes may be added until it ends."""

    inputs: list[Dataset] = field(default_factory=list)
    outputs: list[Dataset] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Sends events to one receiver.

    Args:
        client: sends them.
        namespace: of the jobs, so that several deployments stay apart.
        now: the time, aware UTC.
    """

    client: OpenLineageClient
    namespace: str
    now: Callable[[], datetime]

    @contextmanager
    def record(self, job: str, about: str) -> Iterator[Step]:
        """Records the step that the body does; raises what it raises.

        Args:
            job: its name, such as ``batch_runs.publish``.
            about: what it does, a sentence.
        """
        set_producer(PRODUCER)
        step, run_id = Step(), str(generate_new_uuid())
        described = Job(
            namespace=self.namespace,
            name=job,
            facets={
                "documentation": documentation_job.DocumentationJobFacet(description=about),
                "jobType": job_type_job.JobTypeJobFacet(processingType="BATCH", integration="LAMBDASERVE"),
            },
        )
        self._send(RunState.START, described, Run(runId=run_id), step)
        try:
            yield step
        except BaseException as error:
            message = str(error)[:_LONGEST_MESSAGE] or type(error).__name__
            facet = error_message_run.ErrorMessageRunFacet(message=message, programmingLanguage="python")
            self._send(RunState.FAIL, described, Run(runId=run_id, facets={"errorMessage": facet}), step)
            raise
        self._send(RunState.COMPLETE, described, Run(runId=run_id), step)

    def _send(self, state: RunState, job: Job, run: Run, step: Step) -> None:
        event = RunEvent(
            eventTime=isoformat(self.now()),
            eventType=state,
            producer=PRODUCER,
            run=run,
            job=job,
            inputs=[each.as_input() for each in step.inputs],
            outputs=[each.as_output() for each in step.outputs],
        )
        try:
            self.client.emit(event)
        except Exception as error:  # noqa: BLE001 - whatever the receiver does, the step goes on
            _log.warning("lineage of %s could not be recorded: %s", job.name, type(error).__name__)

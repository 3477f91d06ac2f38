"""The recorder that this deployment's settings state, if they state one.

The package ``openlineage-python`` is optional, so nothing imports ``recording`` unless there is a receiver.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from merger import wiring
from merger.hooks.configured import run_steps as steps_with_hook
from merger.hooks.steps import RunSteps

if TYPE_CHECKING:
    from merger.lineage.recorded_steps import RecordedSteps
    from merger.lineage.recorder import Recorder, Step

TIMEOUT_SECONDS = 2.0
"""The longest that one event may delay a step; there are two for each."""

_PACKAGE = "openlineage"


def lineage_faults() -> list[str]:
    """What is wrong with the settings together, a sentence each."""
    if not settings.OPENLINEAGE_URL or find_spec(_PACKAGE) is not None:
        return []
    return ["OPENLINEAGE_URL needs the package openlineage-python: pip install 'lambdaserve[lineage]'"]


def run_steps() -> RunSteps | RecordedSteps:
    """Publishes, rolls back and prunes batch runs, asks the hook, and records what is done."""
    steps, recorder = steps_with_hook(), configured_recorder()
    if recorder is None:
        return steps
    from merger.lineage.recorded_steps import RecordedSteps

    return RecordedSteps(steps, recorder, store_address(), settings.MONGODB_DATABASE)


@contextmanager
def recorded_load(files: list[str], collection: str) -> Iterator[Step | None]:
    """Records that the body loads files into a collection; ``None`` where nothing is recorded."""
    recorder = configured_recorder()
    if recorder is None:
        yield None
        return
    from merger.lineage.recorder import Dataset

    with recorder.record("load_views", "Loads documents from files.") as step:
        step.inputs += [Dataset("file", name) for name in files]
        step.outputs.append(Dataset(store_address(), f"{settings.MONGODB_DATABASE}.{collection}"))
        yield step


def configured_recorder() -> Recorder | None:
    """Records at ``OPENLINEAGE_URL``; ``None`` if it is empty or the package is missing, which a check reports."""
    if not settings.OPENLINEAGE_URL or lineage_faults():
        return None
    from openlineage.client import OpenLineageClient
    from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport

    from merger.lineage.recorder import Recorder

    key = settings.OPENLINEAGE_API_KEY
    config = HttpConfig(url=settings.OPENLINEAGE_URL, timeout=TIMEOUT_SECONDS, retry={"total": 0})
    if key:
        config.auth = ApiKeyTokenProvider({"apiKey": key})
    client = OpenLineageClient(transport=HttpTransport(config))
    return Recorder(client, settings.OPENLINEAGE_NAMESPACE, lambda: wiring.service().boundary().now)


def store_address() -> str:
    """The address of MongoDB without credentials and options, as OpenLineage names a store."""
    address = urlsplit(settings.MONGODB_URI)
    return f"mongodb://{address.netloc.rpartition('@')[2]}"

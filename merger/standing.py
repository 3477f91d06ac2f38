"""Where a request stands: at the present publication, or at another one, such as a run that is not published yet.

A request that stands elsewhere asks a service of its own. That one reads the same documents by other run records
(``merger.layers.other_records``), and keeps what it computes to itself: nothing of it is in Redis, or in what the
process holds for other requests. Requirement M14.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from merger import configuration, wiring
from merger.answers.service import MergeService
from merger.errors import NotFound
from merger.layers.other_records import OtherRecords
from merger.layers.publication import Publication
from merger.request_context import current_request
from merger.runs.preview import as_newest, as_published
from merger.stores.mongo.client import time_limit

MOST_KEPT: Final = 2
"""Services that are kept beside the process's own; each holds a catalogue and a search index of its own."""

IDLE_SECONDS: Final = 600.0
"""Seconds after its last use after which such a service is dropped."""

LISTING_SECONDS: Final = 20.0
"""Longest time for listing all runs with what they hold, once per run that is not published."""

_MOST_NAMED: Final = 5
"""Runs that are named where there is no such run."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where a request stands.

    Args:
        run: the id of a run, as text.
        is_published: whether it is; then it is shown as if no run had been published after it.
    """

    run: str
    is_published: bool

    def describe(self) -> str:
        """Says in two sentences what is shown."""
        if self.is_published:
            return f"This shows run “{self.run}” as if no run had been published after it. Readers may see newer ones."
        return f"This shows run “{self.run}”, which is not published. Readers see other numbers."


class StandingServices:
    """Keeps the services of the last few standpoints.

    Args:
        make: makes the service of a standpoint.
        monotonic: clock in seconds.
    """

    def __init__(
        self, make: Callable[[Standpoint], MergeService], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._monotonic = monotonic
        self._kept: OrderedDict[Standpoint, tuple[MergeService, float]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, standpoint: Standpoint) -> MergeService:
        """Returns the service of a standpoint.

        Raises:
            NotFound: there is no such run; the error names those that exist.
            StoreError: from the store.
        """
        with self._lock:
            found, _ = self._kept.pop(standpoint, (None, 0.0))
            service = found or self._make(standpoint)
            self._kept[standpoint] = service, self._monotonic()
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return service

    def drop_idle(self) -> None:
        """Drops the services that nobody has used for a while; a background thread calls it."""
        with self._lock:
            for standpoint, (_, used_at) in list(self._kept.items()):
                if self._monotonic() - used_at > IDLE_SECONDS:
                    del self._kept[standpoint]


@cache
def standing_services() -> StandingServices:
    """The services of this process beside its own."""
    return StandingServices(_service_of)


def preview(run: str) -> str:
    """Lets the current request stand where a run is the newest that is published; the caller has checked that it may.

    Args:
        run: the run's id as text.

    Returns:
        What is shown, in two sentences.

    Raises:
        NotFound: there is no such run.
        StoreError: from the store.
    """
    standpoint = Standpoint(run, _is_visible(run, wiring.service().store.publication))
    current = current_request.get()
    if current is None:
        raise RuntimeError("only a request can stand elsewhere")
    current.service = standing_services().of(standpoint)
    return standpoint.describe()


def _is_visible(run: str, publication: Publication) -> bool:
    return any(str(each) == run for each in (*publication.published, *publication.adopted))


def _service_of(standpoint: Standpoint) -> MergeService:
    rewrite = partial(as_newest, run=standpoint.run)
    if not standpoint.is_published:
        with time_limit(LISTING_SECONDS):
            runs = wiring.run_publisher().runs()
        found = next((each for each in runs if str(each.run_id) == standpoint.run), None)
        if found is None:
            raise NotFound("run", standpoint.run, [str(each.run_id) for each in runs[:_MOST_NAMED]])
        rewrite = partial(as_published, run=found, runs=runs, now=configuration.utc_now())
    store = OtherRecords(wiring.service().store.wrapped, rewrite)
    return wiring.service_apart(store, notes=(f"preview: {standpoint.describe()}",))

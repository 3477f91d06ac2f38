"""Where a request stands: at the present publication, or at another one, such as a run that is not published yet.

A request that stands elsewhere asks a service of its own. That one reads the same documents by other run records
(``merger.layers.other_records``), and keeps what it computes to itself: nothing of it is in Redis, or in what the
process holds for other requests. Requirement M14.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache, partial
from typing import Final

from merger import configuration, wiring
from merger.answers.service import MergeService
from merger.errors import BadQuery, NotFound
from merger.layers.other_records import OtherRecords
from merger.layers.publication import Publication
from merger.request_context import current_request
from merger.runs.preview import as_published

MOST_KEPT: Final = 2
"""Services that are kept beside the process's own; each holds a catalogue and a search index of its own."""

_MOST_NAMED: Final = 5
"""Runs that are named where there is no such run."""


class StandingServices:
    """Keeps the services of the last few standpoints.

    Args:
        make: makes the service of a run.
    """

    def __init__(self, make: Callable[[str], MergeService]) -> None:
        self._make = make
        self._kept: OrderedDict[str, MergeService] = OrderedDict()
        self._lock = threading.Lock()

    def of_run(self, run: str) -> MergeService:
        """Returns the service that shows a run as if it was published.

        Raises:
            NotFound: there is no such run; the error names those that exist.
            StoreError: from the store.
        """
        with self._lock:
            found = self._kept.get(run)
            if found is None:
                found = self._kept[run] = self._make(run)
            self._kept.move_to_end(run)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return found


@cache
def standing_services() -> StandingServices:
    """The services of this process beside its own."""
    return StandingServices(_service_of_run)


def preview(run: str) -> None:
    """Lets the current request stand where a run is published that is not; the caller has checked that it may.

    Args:
        run: the run's id as text.

    Raises:
        NotFound: there is no such run.
        BadQuery: readers see it already.
        StoreError: from the store.
    """
    if _is_visible(run, wiring.service().store.publication):
        raise BadQuery("run", run, "a batch run that is not published; readers see this one already")
    current = current_request.get()
    if current is None:
        raise RuntimeError("only a request can stand elsewhere")
    current.service = standing_services().of_run(run)


def _is_visible(run: str, publication: Publication) -> bool:
    return any(str(each) == run for each in (*publication.published, *publication.adopted))


def _service_of_run(run: str) -> MergeService:
    runs = wiring.run_publisher().runs()
    found = next((each for each in runs if str(each.run_id) == run), None)
    if found is None:
        raise NotFound("run", run, [str(each.run_id) for each in runs[:_MOST_NAMED]])
    rewrite = partial(as_published, run=found, runs=runs, now=configuration.utc_now())
    note = f"preview: this answer shows run {run!r}, which is not published; readers see other numbers"
    return wiring.service_apart(OtherRecords(wiring.service().store.wrapped, rewrite), notes=(note,))

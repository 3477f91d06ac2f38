"""An outage is warned of once, when it lasts, and its end is news."""

from __future__ import annotations

import logging

import pytest

from merger.errors import StoreError, StoreFault, StoreUnavailable
from merger.invalidation.outage import FAILED_LOOKS, Outage

_LOG = logging.getLogger("watched")


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "watched")
    return caplog


def test_slow_answers_now_and_then_are_no_outage(said: pytest.LogCaptureFixture) -> None:
    outage = Outage(_LOG)
    for _ in range(3):
        for _ in range(FAILED_LOOKS - 1):
            outage.note_failure(StoreUnavailable("MongoDB is not reachable (ExecutionTimeout)"))
        outage.note_success()
    assert said.messages == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StoreUnavailable("MongoDB is not reachable (NetworkTimeout)"), "MongoDB is not answering"),
        (
            StoreFault("MongoDB answered with an error (OperationFailure)"),
            "MongoDB answered with an error (OperationFailure)",
        ),
    ],
)
def test_an_outage_is_warned_of_once_and_its_end_is_said(
    said: pytest.LogCaptureFixture, error: StoreError, reason: str
) -> None:
    outage = Outage(_LOG)
    for _ in range(2):
        for _ in range(3 * FAILED_LOOKS):
            outage.note_failure(error)
        outage.note_success()
        outage.note_success()
    once = [f"Paused watching for changes: {reason}. Retrying.", "Watching for changes again."]
    assert said.messages == 2 * once


def test_the_cause_of_an_outage_is_its_first_error(said: pytest.LogCaptureFixture) -> None:
    outage = Outage(_LOG)
    for error in (StoreFault("MongoDB refused"), *(StoreUnavailable("the breaker is open"),) * FAILED_LOOKS):
        outage.note_failure(error)
    assert said.messages == ["Paused watching for changes: MongoDB refused. Retrying."]

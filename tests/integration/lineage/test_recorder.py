"""A receiver that fails, or is gone, stops no step."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pymongo.database import Database

from merger.lineage import receiver as receiver_module
from merger.lineage.receiver import run_steps
from tests.integration.lineage.events import Receiver


@pytest.mark.parametrize("status", [500, None])
def test_a_receiver_that_fails_or_is_gone_stops_no_step(
    runs: Database[dict[str, Any]],
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    status: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.WARNING, logger="merger.lineage")
    if status is None:
        monkeypatch.setattr(receiver_module, "TIMEOUT_SECONDS", 0.2)
        receiver.server.server_close()
    else:
        receiver.status = status
    assert run_steps().publish("new").is_visible
    said = [record.getMessage() for record in caplog.records if record.name.startswith("merger.lineage")]
    assert len(said) == 2
    assert all("lineage of batch_runs.publish could not be recorded" in each for each in said)

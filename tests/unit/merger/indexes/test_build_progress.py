"""The progress of an index build is read from ``$currentOp``, if the server reports it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from merger.indexes import build_progress
from merger.indexes.declared import Index

INDEX = Index("speed_views", "by_a", (("a", 1),), "tests")


def answer(monkeypatch: pytest.MonkeyPatch, operations: list[dict[str, Any]] | Exception) -> list[Any]:
    """Makes MongoDB answer with these operations, or fail; returns the pipelines that it is sent."""
    sent: list[Any] = []

    def aggregate(pipeline: Any) -> list[dict[str, Any]]:
        sent.append(pipeline)
        if isinstance(operations, Exception):
            raise operations
        return operations

    client = SimpleNamespace(admin=SimpleNamespace(aggregate=aggregate))
    monkeypatch.setattr(build_progress, "client", lambda: client)
    return sent


def test_progress_is_described_with_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = {"progress": {"done": 0, "total": 0}}
    running = {"msg": "Index Build: scanning", "progress": {"done": 1500, "total": 20000}}
    sent = answer(monkeypatch, [{}, waiting, running])
    assert build_progress.build_progress(INDEX) == "1,500 of 20,000 (Index Build: scanning)"
    assert {"$match": {"command.createIndexes": "speed_views"}} in sent[0]


@pytest.mark.parametrize("operations", [[], [{}], OperationFailure("not supported", 59)], ids=["none", "idle", "error"])
def test_progress_is_none_if_the_server_reports_none(
    monkeypatch: pytest.MonkeyPatch, operations: list[dict[str, Any]] | Exception
) -> None:
    answer(monkeypatch, operations)
    assert build_progress.build_progress(INDEX) is None

"""What makes a document a witness of an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.layers.witness import Witness, WitnessReader, is_alive, stamps_of
from tests.unit.merger.layers.world import HOUR, NOW, TOP, alive, heartbeat, speed

BOUNDARY = Boundary(NOW)
READER = WitnessReader(Contract(), "sentiment")


def witness(document: dict[str, Any], hours_ago: int | None = 3) -> Witness | None:
    hour = None if hours_ago is None else TOP - hours_ago * HOUR
    return READER.witness_in({"_id": "x", **document}, hour, BOUNDARY)


def test_a_readable_document_of_the_hour_is_a_witness() -> None:
    document = speed(3)
    assert witness(document) == Witness("x", stamps_of(document), document["synced_at"], is_beat=False, is_alive=False)
    assert witness(document, None) == witness(document)


@pytest.mark.parametrize(
    "document",
    [
        speed(2),
        speed(3, movie_id="603x"),
        speed(3, hour="noon"),
        speed(3, data_type="stats"),
        speed(3, synced_at=NOW + HOUR),
        heartbeat(3, "stats"),
    ],
    ids=[
        "other hour",
        "unreadable movie",
        "unreadable hour",
        "other type",
        "from the future",
        "other type's heartbeat",
    ],
)
def test_other_documents_prove_nothing(document: dict[str, Any]) -> None:
    assert witness(document) is None


def test_a_heartbeat_is_a_witness() -> None:
    found = witness(heartbeat(3))
    assert found is not None
    assert (found.is_beat, found.is_alive) == (True, True)


def test_a_document_written_near_the_end_of_its_hour_is_a_sign_of_life() -> None:
    end, limit = TOP - 2 * HOUR, BOUNDARY.policy.speed_lag_limit
    assert is_alive(end - HOUR, end - limit, BOUNDARY)
    assert not is_alive(end - HOUR, end - limit - timedelta(seconds=1), BOUNDARY)
    found = witness(alive(3))
    assert found is not None
    assert found.is_alive

"""The sample world's batch job becomes due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lambdaserve.server.supervisor import batch_is_due


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-03-01T15:40", "2026-03-01T23:59", False),
        ("2026-03-01T15:40", "2026-03-02T02:04", False),
        ("2026-03-01T15:40", "2026-03-02T02:05", True),
        ("2026-03-02T02:05", "2026-03-02T02:06", False),
        ("2026-03-02T01:00", "2026-03-02T01:30", False),
        ("2026-02-20T12:00", "2026-03-02T01:00", True),
    ],
)
def test_batch_job_of_the_sample_world_is_due_once_a_night(last: str, now: str, due: bool) -> None:
    def aware(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert batch_is_due(aware(last), aware(now)) is due

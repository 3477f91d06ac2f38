"""A worker's connections are bounded, and the sample world's batch job becomes due."""

from __future__ import annotations

import resource
from datetime import UTC, datetime

import pytest

from lambdaserve.server.supervisor import CONNECTIONS, OTHER_FILES, batch_is_due, connections_per_worker

ENDLESS = resource.RLIM_INFINITY
ALL = CONNECTIONS + OTHER_FILES


@pytest.mark.parametrize(
    ("limits", "connections", "raised"),
    [
        ((1024, 1_048_576), CONNECTIONS, [(ALL, 1_048_576)]),
        ((1024, ENDLESS), CONNECTIONS, [(ALL, ENDLESS)]),
        ((1024, 1536), 1536 - OTHER_FILES, [(1536, 1536)]),
        ((256, 256), 1, [(256, 256)]),
        ((ALL, ALL), CONNECTIONS, []),
        ((ENDLESS, ENDLESS), CONNECTIONS, []),
    ],
)
def test_connections_follow_from_the_limit_of_open_files(
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[int, int],
    connections: int,
    raised: list[tuple[int, int]],
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: asked.append(wanted))
    assert connections_per_worker() == connections
    assert asked == raised


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

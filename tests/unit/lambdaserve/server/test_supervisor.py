"""How many connections a worker may hold follows from the files that the system lets it open (S5)."""

from __future__ import annotations

import resource

import pytest

from lambdaserve.server.supervisor import CONNECTIONS, OTHER_FILES, connections_of_a_worker

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
def test_as_many_as_there_may_be_files(
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[int, int],
    connections: int,
    raised: list[tuple[int, int]],
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: asked.append(wanted))
    assert connections_of_a_worker() == connections
    assert asked == raised

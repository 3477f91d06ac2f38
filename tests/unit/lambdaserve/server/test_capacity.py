"""A process holds no more than the system lets it, and has a thread for every place at which clients make it wait."""

from __future__ import annotations

import resource

import pytest

from lambdaserve.server.capacity import (
    BODY_PLACES,
    CONNECTIONS,
    FILE_PLACES,
    OTHER_FILES,
    STREAM_CONNECTIONS,
    STREAMS,
    connections_per_worker,
    streams_of_process,
    threads_of_worker,
)

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
    assert connections_per_worker(CONNECTIONS) == connections
    assert asked == raised


@pytest.mark.parametrize(
    ("files", "streams"),
    [
        (STREAM_CONNECTIONS + OTHER_FILES, STREAMS),
        (ENDLESS, STREAMS),
        (4096, 4096 - OTHER_FILES - (STREAM_CONNECTIONS - STREAMS)),
        (1024, 1),
    ],
)
def test_streams_leave_room_for_connections_that_are_refused(
    monkeypatch: pytest.MonkeyPatch, files: int, streams: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert streams_of_process() == streams


def test_all_places_can_be_taken_while_every_answering_thread_answers() -> None:
    assert threads_of_worker(4) - BODY_PLACES - FILE_PLACES == 4

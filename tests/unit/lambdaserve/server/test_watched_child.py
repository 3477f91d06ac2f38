"""A child that a full disk ends is started again when there is room; the end of any other is reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lambdaserve.server import watched_child as module
from lambdaserve.server.watched_child import ChildEnded, WatchedChild


@dataclass
class Program:
    """A child that ends, or no longer works, when the test says so."""

    code: int | None = None
    name: str = "store"
    log: Path | None = None
    stopped: bool = False

    def exit_code(self) -> int | None:
        return self.code

    def log_tail(self) -> str:
        return "its last line"

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Scene:
    """A watched child, its disk, and a clock that each check moves by ``step`` seconds."""

    outlives: bool = True
    looks_at_work: bool = True
    step: float = 5.0
    now: float = 1000.0
    full: bool = False
    works: bool = True
    starts: list[Program] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watched = WatchedChild(
            self.start(),
            self.start,
            (lambda: self.works) if self.looks_at_work else None,
            outlives_full_disk=self.outlives,
            monotonic=lambda: self.now,
        )

    def start(self) -> Any:
        self.works = True
        self.starts.append(Program())
        return self.starts[-1]

    def check(self, times: int = 1) -> list[bool]:
        found = []
        for _ in range(times):
            self.now += self.step
            found.append(self.watched.check(lambda: self.full))
        return found


def test_one_that_runs_and_works_is_left_alone() -> None:
    scene = Scene()
    assert scene.check(10) == [False] * 10
    assert len(scene.starts) == 1


@pytest.mark.parametrize("outlives", [True, False])
def test_the_end_of_a_child_is_reported_with_its_name_and_the_end_of_its_log(outlives: bool) -> None:
    scene = Scene(outlives=outlives)
    scene.starts[0].code = -9
    with pytest.raises(ChildEnded, match=r"^the store ended by itself \(exit code -9\):\nits last line$"):
        scene.check()


def test_one_that_a_full_disk_ended_is_started_again_when_there_is_room() -> None:
    scene = Scene()
    scene.full, scene.starts[0].code = True, 1
    assert scene.check(100) == [False] * 100
    scene.full = False
    assert scene.check(3) == [True, False, False]
    assert len(scene.starts) == 2
    now: Any = scene.watched.child
    assert now is scene.starts[1]


def test_the_server_itself_is_not_started_again() -> None:
    scene = Scene(outlives=False)
    scene.full, scene.starts[0].code = True, 1
    with pytest.raises(ChildEnded):
        scene.check()


def test_one_that_no_longer_works_is_started_again_after_three_looks_and_not_on_a_full_disk() -> None:
    scene = Scene()
    scene.full, scene.works = True, False
    assert scene.check(10) == [False] * 10
    scene.full = False
    assert scene.check(2) == [True, False]
    assert scene.starts[0].stopped
    scene.works = False
    assert scene.check(3) == [False, False, True]


def test_a_look_that_succeeds_forgives_the_failed_ones() -> None:
    scene = Scene()
    for works in (False, False, True, False, False):
        scene.works = works
        assert scene.check() == [False]
    assert len(scene.starts) == 1


def test_looks_are_seconds_apart() -> None:
    scene = Scene(step=module.LOOK_SECONDS / 10)
    scene.works = False
    assert scene.check(20) == [False] * 20


def test_a_start_that_fails_is_tried_again_later() -> None:
    scene = Scene(looks_at_work=False)
    scene.full, scene.starts[0].code = True, 1
    scene.check()
    scene.full = False
    start, tries = scene.watched.start_again, []

    def fail() -> Any:
        tries.append(scene.now)
        raise OSError("no room after all")

    scene.watched.start_again = fail
    with pytest.raises(OSError, match="no room after all"):
        scene.check()
    assert scene.check(2) == [False, False]
    scene.watched.start_again = start
    assert scene.check() == [True]
    assert len(tries) == 1

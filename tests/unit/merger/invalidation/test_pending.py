"""Pending invalidations: which generations each change makes due."""

from __future__ import annotations

from merger.invalidation.pending import PendingInvalidations
from merger.speed.change_log import MAX_MOVIES


class Clocked(PendingInvalidations):
    """Pending invalidations with a clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(("stats", "trending"), lambda: self.now)

    def bump(self, at: float) -> set[str]:
        self.now = at
        names = self.due_names()
        self.mark_bumped(names)
        return set(names)


def test_movies_and_their_type_are_bumped_and_the_type_repeats() -> None:
    pending = Clocked()
    pending.add_type("stats")
    pending.add_movies([7, 8])
    assert pending.bump(0.0) == {"changed:stats", "changed:movie:7", "changed:movie:8"}
    assert pending.bump(1.0) == set()
    assert pending.bump(3.0) == {"changed:stats"}


def test_too_many_movies_count_as_every_movie() -> None:
    pending = Clocked()
    pending.add_movies(range(MAX_MOVIES + 1))
    assert pending.bump(0.0) == {"changed:movies", "changed:stats", "changed:trending"}


def test_status_of_a_type_invalidates_every_movie_and_that_type() -> None:
    pending = Clocked()
    pending.add_status("stats")
    assert pending.bump(0.0) == {"changed:movies", "changed:stats"}


def test_batch_is_bumped_at_its_repeats_and_its_age_only_once() -> None:
    pending = Clocked()
    pending.add_batch()
    times = [at for at in range(0, 400, 5) if "batch" in pending.bump(float(at))]
    assert times == [0, 5, 15, 60, 300]
    pending.add_batch_age()
    assert [pending.bump(at) for at in (400.0, 800.0)] == [{"batch"}, set()]


def test_recent_additions_are_remembered_for_the_requested_time() -> None:
    pending = Clocked()
    pending.add_all()
    pending.now = 4.0
    assert pending.has_recent("all", 5.0)
    assert not pending.has_recent("all", 3.0)
    assert not pending.has_recent("batch", 5.0)


def test_pending_is_behind_until_everything_due_is_bumped_or_cleared() -> None:
    pending = Clocked()
    assert not pending.is_behind
    for add in (pending.add_all, lambda: pending.add_movies([1])):
        add()
        assert pending.is_behind
        pending.bump(pending.now + 10)
        assert not pending.is_behind
    pending.add_movies([1])
    pending.clear()
    assert not pending.is_behind
    assert pending.bump(90.0) == set()

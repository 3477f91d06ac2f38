"""Leases of tokens: how often the shared bucket is asked, and that leases admit no more than it would."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from lambdaserve.access.ratelimit.bucket import Grant, Limit, TokenBucket
from lambdaserve.access.ratelimit.buckets import LocalBuckets
from lambdaserve.access.ratelimit.leases import LEASE_SECONDS, MAX_LEASE_TOKENS, LeaseTable

AMPLE = Limit(rate=60_000, burst=10_000)
NARROW = Limit(rate=60, burst=10)


class World:
    """A clock, a shared bucket per client that counts its calls, and any number of processes."""

    def __init__(self) -> None:
        self.now = 100.0
        self.away = False
        self.calls = 0
        self.later: list[Callable[[], None]] = []
        self._buckets: dict[str, TokenBucket] = {}

    def process(self, max_clients: int = 100) -> LeaseTable:
        local = LocalBuckets(max_clients, clock=lambda: int(self.now * 1e6))
        return LeaseTable(self, local, self.later.append, clock=lambda: self.now, max_clients=max_clients)

    def take(self, client: str, limit: Limit, *, wanted: int, least: int, unused: int) -> Grant | None:
        """Takes from the shared bucket, as ``LeaseTable`` expects."""
        self.calls += 1
        if self.away:
            return None
        bucket = self._buckets.get(client, TokenBucket())
        moment = int(self.now * 1e6)
        self._buckets[client], grant = bucket.take(limit, moment, wanted=wanted, least=least, unused=unused)
        return grant

    def run_later(self) -> None:
        while self.later:
            self.later.pop(0)()


def test_a_steady_client_waits_for_the_bucket_only_at_first() -> None:
    world = World()
    table = world.process()
    waited = 0
    for _ in range(5_000):
        before = world.calls
        assert table.take("a", AMPLE, 1).admitted
        waited += world.calls - before
        world.run_later()
        world.now += 0.001
    assert waited <= 6, "only while its leases are still small"
    assert world.calls < 5_000 / (MAX_LEASE_TOKENS / 2)


def test_a_lease_has_one_renewal_under_way_at_most() -> None:
    world = World()
    table = world.process()
    for _ in range(200):
        table.take("a", AMPLE, 1)
        assert len(world.later) <= 1
        if world.now > 100.05:
            world.run_later()
        world.now += 0.001


def test_a_rare_client_leases_two_tokens_at_most() -> None:
    world = World()
    table = world.process()
    for _ in range(10):
        assert table.take("a", NARROW, 1).admitted
        world.now += 5
    other = world.process()
    admitted = sum(other.take("a", NARROW, 1).admitted for _ in range(20))
    assert admitted >= NARROW.burst - 2


def test_unused_tokens_of_an_old_lease_are_handed_back() -> None:
    world = World()
    table = world.process()
    slow = Limit(rate=1, burst=100)
    assert table.take("a", slow, 1).remaining == 99
    world.now += LEASE_SECONDS
    assert table.take("a", slow, 1).remaining == 98
    world.now += LEASE_SECONDS
    assert table.take("a", slow, 1).remaining == 97


def test_a_lease_is_not_used_after_its_life() -> None:
    world = World()
    table = world.process()
    table.take("a", AMPLE, 1)
    calls = world.calls
    world.now += LEASE_SECONDS
    table.take("a", AMPLE, 1)
    assert world.calls == calls + 1


def test_a_lease_leaves_something_for_other_processes() -> None:
    world = World()
    greedy, late = world.process(), world.process()
    limit = Limit(rate=1, burst=80)
    for _ in range(40):
        greedy.take("a", limit, 1)
    assert late.take("a", limit, 1).admitted


def test_a_refused_client_costs_no_call_until_its_wait_is_over() -> None:
    world = World()
    table = world.process()
    while table.take("a", NARROW, 1).admitted:
        pass
    calls = world.calls
    for tick in range(50):
        refused = table.take("a", NARROW, 1)
        assert not refused.admitted
        assert abs(refused.wait - (1 - tick / 100)) < 0.01
        world.now += 0.01
    assert world.calls == calls
    world.now += 0.6
    assert table.take("a", NARROW, 1).admitted


def test_a_cheap_request_may_pass_after_a_costly_one_was_refused() -> None:
    world = World()
    table = world.process()
    for _ in range(7):
        table.take("a", NARROW, 1)
    assert not table.take("a", NARROW, 5).admitted
    assert table.take("a", NARROW, 1).admitted


def test_a_costly_request_takes_all_its_tokens() -> None:
    world = World()
    table = world.process()
    assert table.take("a", NARROW, 5).admitted
    assert table.take("a", NARROW, 5).admitted
    assert not table.take("a", NARROW, 1).admitted


def test_clients_have_buckets_of_their_own() -> None:
    world = World()
    table = world.process()
    while table.take("a", NARROW, 1).admitted:
        pass
    assert table.take("b", NARROW, 1).admitted


def test_without_the_shared_bucket_each_process_limits_by_itself() -> None:
    world = World()
    world.away = True
    for table in (world.process(), world.process()):
        assert sum(table.take("a", NARROW, 1).admitted for _ in range(30)) == NARROW.burst
    world.now += 3.0
    assert sum(table.take("a", NARROW, 1).admitted for _ in range(30)) == 3


def test_shared_bucket_is_used_again_once_redis_answers() -> None:
    world = World()
    table = world.process()
    world.away = True
    assert table.take("a", NARROW, 1).admitted
    world.away = False
    assert sum(table.take("a", NARROW, 1).admitted for _ in range(30)) == NARROW.burst
    assert not world.process().take("a", NARROW, 1).admitted, "another process sees that the bucket is empty"


def test_a_renewal_that_fails_changes_nothing() -> None:
    world = World()
    table = world.process()
    for _ in range(200):
        assert table.take("a", AMPLE, 1).admitted
        world.away = bool(world.later)
        world.run_later()
        world.away = False


def test_a_process_that_is_ending_still_admits() -> None:
    world = World()

    def refuses(_: Callable[[], None]) -> None:
        raise RuntimeError("cannot schedule new futures after shutdown")

    table = LeaseTable(world, LocalBuckets(), refuses, clock=lambda: world.now)
    assert all(table.take("a", AMPLE, 1).admitted for _ in range(100))


def test_the_number_of_clients_kept_is_bounded() -> None:
    world = World()
    table = world.process(max_clients=50)
    for number in range(500):
        table.take(f"client {number}", NARROW, 1)
    assert len(table._leases) == 50
    world.away = True
    for number in range(500):
        table.take(f"client {number}", NARROW, 1)
    assert isinstance(table._local, LocalBuckets)
    assert len(table._local._buckets) == 50


def test_a_frequent_client_is_not_pushed_out() -> None:
    world = World()
    table = world.process(max_clients=10)
    for number in range(200):
        table.take("often", AMPLE, 1)
        table.take(f"client {number}", AMPLE, 1)
    assert "often" in table._leases


moves = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 2.5), st.integers(1, 5), st.booleans()), min_size=1, max_size=150
)


@given(moves=moves, rate=st.integers(1, 6_000), burst=st.integers(5, 300))
def test_all_processes_together_admit_no_more_than_one_bucket(
    moves: list[tuple[int, float, int, bool]], rate: int, burst: int
) -> None:
    world = World()
    tables = [world.process() for _ in range(4)]
    limit, admitted = Limit(rate, burst), 0
    for process, pause, cost, renew in moves:
        taken = tables[process].take("a", limit, cost)
        admitted += cost if taken.admitted else 0
        if renew:
            world.run_later()
        assert admitted <= burst + rate * (world.now - 100.0) / 60 + 1e-6
        world.now += pause

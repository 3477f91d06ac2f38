"""Arithmetic of the token bucket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdaserve.access.ratelimit.bucket import MAX_TOKENS, MINUTE_US, Grant, Limit, TokenBucket, take_from_all

SECOND = 1_000_000
NOON = 1_800_000_000 * SECOND
ONE_A_SECOND = Limit(rate=60, burst=10)

limits = st.builds(Limit, st.integers(1, MAX_TOKENS), st.integers(1, MAX_TOKENS)) | st.builds(
    Limit, st.integers(1, 700), st.integers(1, 40)
)


def test_new_bucket_is_full_and_grants_no_more_than_its_burst() -> None:
    bucket, grant = TokenBucket().take(ONE_A_SECOND, NOON, wanted=64)
    assert grant == Grant(10, 0, 0)
    _, refused = bucket.take(ONE_A_SECOND, NOON, wanted=1)
    assert refused == Grant(0, 0, SECOND)


def test_bucket_refills_token_by_token_until_it_is_full() -> None:
    bucket, _ = TokenBucket().take(ONE_A_SECOND, NOON, wanted=10)
    for seconds, back in ((0.999, 0), (1, 1), (3.5, 3), (10, 10), (3600, 10)):
        _, grant = bucket.take(ONE_A_SECOND, NOON + int(seconds * SECOND), wanted=64)
        assert grant.tokens == back, seconds


def test_fewer_tokens_than_the_least_are_not_taken() -> None:
    bucket, _ = TokenBucket().take(ONE_A_SECOND, NOON, wanted=7)
    same, grant = bucket.take(ONE_A_SECOND, NOON, wanted=5, least=5)
    assert grant == Grant(0, 3, 2 * SECOND)
    assert same == bucket
    _, later = bucket.take(ONE_A_SECOND, NOON + grant.wait, wanted=5, least=5)
    assert later.tokens == 5


def test_tokens_handed_back_can_be_taken_again() -> None:
    bucket, _ = TokenBucket().take(ONE_A_SECOND, NOON, wanted=10)
    _, grant = bucket.take(ONE_A_SECOND, NOON, wanted=10, unused=4)
    assert grant == Grant(4, 0, 0)


def test_handing_back_never_overfills_the_bucket() -> None:
    _, grant = TokenBucket().take(ONE_A_SECOND, NOON, wanted=1, unused=64)
    assert grant == Grant(1, 9, 0)


def test_a_clock_set_back_locks_a_client_out_no_longer_than_a_refill() -> None:
    bucket, _ = TokenBucket().take(ONE_A_SECOND, NOON, wanted=10)
    _, grant = bucket.take(ONE_A_SECOND, NOON - 3600 * SECOND, wanted=1)
    assert grant == Grant(0, 0, SECOND)


@given(limit=limits, taken=st.integers(1, MAX_TOKENS), now=st.integers(0, 2**50), least=st.integers(1, MAX_TOKENS))
def test_the_wait_is_exactly_as_long_as_needed(limit: Limit, taken: int, now: int, least: int) -> None:
    least = min(least, limit.burst)
    bucket, _ = TokenBucket().take(limit, now, wanted=taken)
    _, refused = bucket.take(limit, now, wanted=least, least=least)
    if refused.tokens:
        assert refused.wait == 0
        return
    assert refused.wait > 0
    assert bucket.take(limit, now + refused.wait - 1, wanted=least, least=least)[1].tokens == 0
    assert bucket.take(limit, now + refused.wait, wanted=least, least=least)[1].tokens == least


steps = st.lists(
    st.tuples(st.integers(0, 3 * MINUTE_US), st.integers(1, 64), st.integers(1, 64), st.floats(0, 1)),
    min_size=1,
    max_size=40,
)


@given(limit=limits, steps=steps)
def test_no_sequence_gets_more_than_burst_and_rate_admit(
    limit: Limit, steps: list[tuple[int, int, int, float]]
) -> None:
    """Net tokens ≤ burst + rate × time, exactly, for any sequence of takes and returns."""
    bucket, now, net, on_lease = TokenBucket(), NOON, 0, 0
    for pause, wanted, least, share in steps:
        now += pause
        unused = int(on_lease * share)
        useful = min(least, limit.burst)
        bucket, grant = bucket.take(limit, now, wanted=max(wanted, useful), least=useful, unused=unused)
        net += grant.tokens - unused
        on_lease += grant.tokens - unused
        assert net * MINUTE_US <= limit.burst * MINUTE_US + limit.rate * (now - NOON)
        assert 0 <= grant.remaining <= limit.burst


@given(limit=limits, pauses=st.lists(st.integers(0, MINUTE_US), max_size=30))
def test_a_client_that_takes_everything_gets_nearly_the_whole_rate(limit: Limit, pauses: list[int]) -> None:
    """Rounding costs less than a microsecond's worth of tokens per take, and the one token that is on its way."""
    bucket, grant = TokenBucket().take(limit, NOON, wanted=MAX_TOKENS)
    assert grant.tokens == limit.burst
    now, taken = NOON, 0
    for pause in pauses:
        now += pause
        before = bucket
        bucket, grant = bucket.take(limit, now, wanted=MAX_TOKENS)
        taken += grant.tokens
        if before.full_at <= now:
            assert grant.tokens == limit.burst
            return
    assert taken * MINUTE_US >= limit.rate * (now - NOON) - MINUTE_US - len(pauses) * limit.rate


@pytest.mark.parametrize(("tokens", "microseconds"), [(1, 8_571_429), (7, MINUTE_US), (0, 0)])
def test_a_refill_is_rounded_up(tokens: int, microseconds: int) -> None:
    assert Limit(rate=7, burst=1).refill(tokens) == microseconds


def test_a_take_from_several_buckets_follows_the_one_that_has_least() -> None:
    small, large = Limit(60, 2), Limit(60, 3)
    buckets, grant = take_from_all([(TokenBucket(), small), (TokenBucket(), large)], NOON, wanted=2, least=1)
    assert grant == Grant(2, 0, 0)
    both = list(zip(buckets, (small, large), strict=True))
    assert take_from_all(both, NOON, wanted=1, least=1) == (buckets, Grant(0, 0, SECOND))
    other = [(TokenBucket(), small), both[1]]
    assert take_from_all(other, NOON, wanted=2, least=1)[1] == Grant(1, 0, 0)
    assert take_from_all(other, NOON, wanted=2, least=2)[1] == Grant(0, 1, SECOND)


def test_a_multiple_of_a_limit_stays_exact() -> None:
    assert Limit(60, 10).times(4) == Limit(240, 40)
    assert Limit(MAX_TOKENS, 10).times(16) == Limit(MAX_TOKENS, 160)

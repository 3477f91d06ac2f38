"""Leader election in Redis."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from merger.invalidation.leader import Leader, Leadership
from merger.stores.redis.link import RedisLink


@pytest.fixture
def link(redis_client: Redis) -> RedisLink:
    return RedisLink(lambda: redis_client)


def test_first_process_leads_and_stays_leader(link: RedisLink) -> None:
    first, second = Leader(link, "a:"), Leader(link, "a:")
    assert first.hold() == Leadership(is_leader=True, is_new=True)
    assert second.hold() == Leadership(is_leader=False)
    assert first.hold() == Leadership(is_leader=True)
    assert Leader(link, "b:").hold().is_new, "services of other namespaces have their own leader"


def test_next_leader_gets_the_state_of_the_last_one(link: RedisLink) -> None:
    first, second = Leader(link, "a:"), Leader(link, "a:")
    first.hold(b"not leading yet, so not kept")
    first.hold(b"known")
    second.hold(b"a follower's")
    first.hold(b"")
    first.resign()
    assert second.hold() == Leadership(is_leader=True, is_new=True, state=b"known")
    second.resign(b"last")
    assert first.hold().state == b"last"


def test_follower_that_resigns_changes_nothing(link: RedisLink) -> None:
    first, second = Leader(link, "a:"), Leader(link, "a:")
    first.hold()
    second.resign(b"not the leader's")
    assert not second.hold().is_leader
    first.resign()
    assert second.hold().state is None


def test_leader_that_hangs_is_replaced_after_its_claim_lapsed(link: RedisLink) -> None:
    first, second = Leader(link, "a:", lapses_after=0.1), Leader(link, "a:")
    first.hold()
    time.sleep(0.2)
    assert second.hold().is_new
    assert not first.hold().is_leader


def test_followers_get_the_news_of_the_leader_for_a_while(link: RedisLink) -> None:
    first, second = Leader(link, "a:"), Leader(link, "a:")
    first.hold()
    first.pass_on(b"changed", 0.3)
    assert second.hold() == Leadership(is_leader=False, news=b"changed")
    assert first.hold() == Leadership(is_leader=True)
    time.sleep(0.4)
    assert second.hold() == Leadership(is_leader=False)

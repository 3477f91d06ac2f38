"""The process has one link to Redis, with the hash tags that its deployment needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from merger.stores.redis.address import parse_redis_url
from merger.stores.redis.client import redis_link
from merger.stores.redis.cluster import TAGS


@pytest.fixture(autouse=True)
def fresh_link() -> Iterator[None]:
    redis_link.cache_clear()
    yield
    redis_link.cache_clear()


@pytest.mark.parametrize(("address", "tags"), [("redis://h", ("",)), ("redis+cluster://h", TAGS)])
def test_link_has_a_tag_per_partition_of_the_deployment(address: str, tags: tuple[str, ...], settings: Any) -> None:
    settings.REDIS_ADDRESS = parse_redis_url(address)
    assert tuple(redis_link().tags) == tags


def test_process_shares_one_link() -> None:
    assert redis_link() is redis_link()

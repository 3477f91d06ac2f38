"""Addresses of Redis: one server, Sentinels, a Cluster; and what can't be one."""

from __future__ import annotations

import pytest

from merger.stores.redis.address import Deployment, RedisAddress, parsed
from merger.stores.redis.cluster import PARTITIONS, TAGS
from merger.stores.redis.django_settings import cache_settings


@pytest.mark.parametrize("text", ["redis://h:1/2?a=b", "rediss://u:p@h", "unix:///run/redis.sock"])
def test_one_server_s_address_is_left_as_it_is(text: str) -> None:
    assert parsed(text) == RedisAddress(Deployment.SINGLE, text, is_encrypted=text.startswith("rediss"))


def test_sentinels_with_everything() -> None:
    found = parsed("rediss+sentinel://us:p%40ss@a,[::1]:7/cache/3?sentinel_password=q%26&ssl_ca_certs=/ca.pem")
    assert found == RedisAddress(
        Deployment.SENTINEL,
        "rediss://us:p%40ss@cache/3?ssl_ca_certs=%2Fca.pem",
        (("a", 26379), ("::1", 7)),
        is_encrypted=True,
        of_sentinels=(("password", "q&"),),
    )
    options = cache_settings(found)["OPTIONS"]
    assert options["CONNECTION_POOL_KWARGS"]["ssl"]
    assert options["SENTINEL_KWARGS"]["password"] == "q&"
    assert options["SENTINEL_KWARGS"]["ssl_ca_certs"] == "/ca.pem"
    assert options["SENTINEL_KWARGS"]["ssl"]


def test_a_cluster_s_nodes() -> None:
    found = parsed("redis+cluster://:word@one:7000,two")
    assert found == RedisAddress(Deployment.CLUSTER, "redis://:word@one:7000", (("one", 7000), ("two", 6379)))
    assert cache_settings(found)["OPTIONS"]["NODES"] == [("one", 7000), ("two", 6379)]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("http://host", "redis://"),
        ("redis:", "redis://"),
        ("redis+sentinel://host", "service's name"),
        ("redis+sentinel://host/cache/x", "database's number"),
        ("redis+cluster://host/1", "no other"),
        ("redis+cluster://", "each host"),
        ("redis+cluster://a,,b", "each host"),
        ("redis+cluster://a:x", "Port"),
        ("unix+cluster://a", "redis://"),
        ("redis+pair://a", "redis://"),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(text: str, because: str) -> None:
    with pytest.raises(ValueError, match=because):
        parsed(text)


def test_partitions_differ_and_are_spread_over_all_slots() -> None:
    assert len(set(TAGS)) == PARTITIONS

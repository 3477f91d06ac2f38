"""``REDIS_URL`` is parsed in each of its forms, and anything else is refused with a reason."""

from __future__ import annotations

import pytest

from merger.stores.redis.address import Deployment, RedisAddress, parse_redis_url


@pytest.mark.parametrize("text", ["redis://h:1/2?a=b", "rediss://u:p@h", "unix:///run/redis.sock"])
def test_address_of_one_server_stays_as_it_is(text: str) -> None:
    assert parse_redis_url(text) == RedisAddress(Deployment.SINGLE, text, is_encrypted=text.startswith("rediss"))


def test_sentinel_address_is_parsed_with_every_option() -> None:
    text = "rediss+sentinel://us:p%40ss@a,[::1]:7/cache/3?sentinel_password=q%26&ssl_ca_certs=/ca.pem"
    assert parse_redis_url(text) == RedisAddress(
        Deployment.SENTINEL,
        "rediss://us:p%40ss@cache/3?ssl_ca_certs=%2Fca.pem",
        (("a", 26379), ("::1", 7)),
        is_encrypted=True,
        sentinel_credentials=(("password", "q&"),),
    )


def test_cluster_address_names_its_nodes() -> None:
    assert parse_redis_url("redis+cluster://:word@one:7000,two") == RedisAddress(
        Deployment.CLUSTER, "redis://:word@one:7000", (("one", 7000), ("two", 6379))
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://host", "redis://"),
        ("redis:", "redis://"),
        ("redis+sentinel://host", "must end in /service"),
        ("redis+sentinel://host/cache/x", "database being a number"),
        ("redis+cluster://host/1", "database 0 only"),
        ("redis+cluster://", "each host"),
        ("redis+cluster://a,,b", "each host"),
        ("redis+cluster://a:x", "Port"),
        ("unix+cluster://a", "redis://"),
        ("redis+pair://a", "redis://"),
    ],
)
def test_invalid_address_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_redis_url(text)

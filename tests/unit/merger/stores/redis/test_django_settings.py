"""Each deployment of Redis becomes an entry of Django's ``CACHES``."""

from __future__ import annotations

from merger.stores.redis.address import parse_redis_url
from merger.stores.redis.django_settings import cache_settings


def test_single_redis_is_tried_once_with_short_timeouts() -> None:
    settings = cache_settings(parse_redis_url("redis://h:1/2"))
    assert settings["LOCATION"] == "redis://h:1/2"
    assert settings["OPTIONS"] == {
        "SOCKET_CONNECT_TIMEOUT": 0.1,
        "SOCKET_TIMEOUT": 0.1,
        "CONNECTION_POOL_KWARGS": {"retry": None},
    }


def test_sentinels_get_their_own_password_and_the_same_tls() -> None:
    address = parse_redis_url("rediss+sentinel://us:word@a/cache/3?sentinel_password=q%26&ssl_ca_certs=/ca.pem")
    settings = cache_settings(address)
    options = settings["OPTIONS"]
    assert settings["LOCATION"].startswith("redis://us:word@cache/3")
    assert options["SENTINELS"] == [("a", 26379)]
    assert options["CONNECTION_POOL_KWARGS"]["ssl"]
    assert options["SENTINEL_KWARGS"]["password"] == "q&"
    assert options["SENTINEL_KWARGS"]["ssl_ca_certs"] == "/ca.pem"
    assert options["SENTINEL_KWARGS"]["ssl"]


def test_cluster_settings_name_the_nodes() -> None:
    options = cache_settings(parse_redis_url("redis+cluster://:word@one:7000,two"))["OPTIONS"]
    assert options["NODES"] == [("one", 7000), ("two", 6379)]
    assert options["CONNECTION_FACTORY"].endswith("ClusterConnectionFactory")

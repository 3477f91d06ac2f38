"""The embedded stores keep their data, do not collide, and say why they can't start."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pymongo
import pytest
import redis

from lambdaserve.server import embedded_stores
from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import (
    LOOPBACK,
    StoreDidNotStart,
    free_port,
    mongo_starts,
    start_mongo,
    start_redis,
    wait_for_mongo,
)


def test_mongodb_keeps_its_documents_over_a_restart(tmp_path: Path) -> None:
    directory = tmp_path / "a path with spaces"
    for expected in (0, 1):
        store = start_mongo(directory)
        with pymongo.MongoClient[dict[str, object]](store.address) as client:
            assert client["db"]["things"].count_documents({}) == expected
            client["db"]["things"].insert_one({"_id": expected})
        store.stop()
        assert store.child.exit_code() is not None


def test_a_mongodb_that_its_starter_does_not_wait_for_answers_soon_or_is_known_to_have_ended(tmp_path: Path) -> None:
    store = start_mongo(tmp_path, waits=False)
    try:
        assert mongo_starts(store)
        wait_for_mongo(store.address)
        with pymongo.MongoClient[dict[str, object]](store.address) as client:
            assert client["db"]["things"].count_documents({}) == 0
    finally:
        store.stop()
    assert not mongo_starts(store)


def test_redis_keeps_what_it_held_over_a_stop_but_not_over_a_crash(tmp_path: Path) -> None:
    held = []
    for stop in (Child.stop, kill, Child.stop, Child.stop):
        store = start_redis(tmp_path, keeps=True)
        with redis.Redis.from_url(store.address, decode_responses=True) as client:
            held.append(client.get("name"))
            client.set("name", f"{len(held)}")
        stop(store.child)
    assert held == [None, "1", None, "3"]


def test_redis_starts_empty_where_what_it_kept_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "kept.rdb").write_bytes(b"REDIS0011 and then something else")
    store = start_redis(tmp_path, keeps=True)
    with redis.Redis.from_url(store.address) as client:
        assert client.dbsize() == 0
    store.stop()


def test_redis_keeps_nothing_unless_asked_to(tmp_path: Path) -> None:
    store = start_redis(tmp_path)
    with redis.Redis.from_url(store.address) as client:
        client.set("name", "one")
    store.stop()
    assert {each.name for each in tmp_path.iterdir()} == {"log", "port"}


def kill(child: Child) -> None:
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def test_two_stores_of_a_kind_do_not_collide(tmp_path: Path) -> None:
    one, other = start_redis(tmp_path / "one"), start_redis(tmp_path / "other")
    with redis.Redis.from_url(one.address) as first, redis.Redis.from_url(other.address) as second:
        first.set("name", "one")
        assert second.get("name") is None
    one.stop()
    other.stop()


def test_free_ports_lie_below_those_of_outgoing_connections() -> None:
    with socket.create_server((LOOPBACK, 0)) as server, socket.create_connection(server.getsockname()) as outgoing:
        assert max(free_port() for _ in range(20)) < outgoing.getsockname()[1]


def test_free_port_is_none_that_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, free_port())) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(embedded_stores, "_PORTS", range(taken, taken + 2))
        assert {free_port() for _ in range(20)} <= {taken + 1}


def test_stopped_store_starts_again_on_its_port(tmp_path: Path) -> None:
    port = free_port()
    for _ in range(2):
        store = start_redis(tmp_path, port)
        assert store.address.endswith(f":{port}/0")
        store.stop()


def test_store_takes_the_port_of_the_last_time_if_it_is_free(tmp_path: Path) -> None:
    addresses = []
    for _ in range(2):
        store = start_redis(tmp_path)
        with redis.Redis.from_url(store.address) as client:
            client.ping()
        addresses.append(store.address)
        store.stop()
    with socket.create_server((LOOPBACK, int(addresses[0].split(":")[2].partition("/")[0]))):
        store = start_redis(tmp_path)
        addresses.append(store.address)
        store.stop()
    assert addresses[0] == addresses[1] != addresses[2]


@pytest.mark.parametrize("content", ["", "nonsense", "80", "99999999"])
def test_a_port_that_can_not_be_is_not_taken(tmp_path: Path, content: str) -> None:
    (tmp_path / "port").write_text(content)
    store = start_redis(tmp_path)
    assert int(store.address.split(":")[2].partition("/")[0]) in embedded_stores._PORTS
    store.stop()


def test_store_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_stores, "_ATTEMPTS", 1)
    (tmp_path / "data").write_text("a file where the server wants a directory")
    with pytest.raises(StoreDidNotStart, match=r"the embedded MongoDB did not start; the end of .*log:\n.+"):
        start_mongo(tmp_path)

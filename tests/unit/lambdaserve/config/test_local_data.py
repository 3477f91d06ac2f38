"""The data directory of `make run`: its lock, its key, its meters and the addresses that it publishes."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config.local_data import AlreadyRunningError, LocalData, SampleState, StoreAddresses, passing_key

ADDRESSES = StoreAddresses(mongodb_uri="mongodb://127.0.0.1:1", redis_url="redis://127.0.0.1:2")


@pytest.fixture
def local(tmp_path: Path) -> LocalData:
    return LocalData(tmp_path / "with a space" / "data")


def test_processes_that_make_the_secret_key_at_once_have_the_same(tmp_path: Path) -> None:
    barrier, keys = threading.Barrier(8), set()

    def make() -> None:
        barrier.wait()
        keys.add(LocalData(tmp_path).make_secret_key())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_secret_key_is_random_kept_and_readable_by_its_owner_only(local: LocalData, tmp_path: Path) -> None:
    assert local.secret_key() == ""
    key = local.make_secret_key()
    assert len(key) >= 50
    assert local.make_secret_key() == local.secret_key() == key
    assert stat.S_IMODE((local.directory / "secret_key").stat().st_mode) == 0o600
    assert LocalData(tmp_path / "other").make_secret_key() != key


def test_directory_is_locked_for_one_copy_and_released_afterwards(local: LocalData) -> None:
    with local.lock(), pytest.raises(AlreadyRunningError), local.lock():
        pass
    with local.lock():
        pass


def test_addresses_are_found_only_while_the_directory_is_locked(local: LocalData) -> None:
    assert local.running_stores() == StoreAddresses()
    with local.lock():
        assert local.running_stores() == StoreAddresses()
        local.publish_stores(ADDRESSES)
        assert local.running_stores() == ADDRESSES
    assert local.running_stores() == StoreAddresses(), "a killed run leaves addresses behind"
    with local.lock():
        local.withdraw_stores()
        assert local.running_stores() == StoreAddresses()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"unknown": 1}'])
def test_unreadable_addresses_count_as_none(local: LocalData, text: str) -> None:
    with local.lock():
        (local.directory / "stores.json").write_text(text)
        assert local.running_stores() == StoreAddresses()


def test_state_of_the_sample_world_is_kept(local: LocalData) -> None:
    assert local.sample_state() is SampleState.ABSENT
    local.directory.mkdir(parents=True)
    local.write_sample_state(SampleState.LOADING)
    assert local.sample_state() is SampleState.LOADING
    assert abs(local.sample_written() - datetime.now(UTC)) < timedelta(minutes=1)


def test_meters_of_an_earlier_run_are_removed(local: LocalData) -> None:
    (local.empty_meters() / "old.db").touch()
    meters = local.empty_meters()
    assert meters.is_absolute()
    assert list(meters.iterdir()) == []


def test_only_the_command_that_judges_files_gets_a_passing_key() -> None:
    keys = {passing_key(["manage.py", "check_views", "a"]) for _ in range(2)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 50
    for others in (["manage.py", "serve"], ["granian", "x", "check_views"], ["manage.py"], []):
        assert passing_key(others) == ""


def test_the_directory_is_closed_to_others_also_where_it_exists(local: LocalData) -> None:
    local.directory.mkdir(parents=True, mode=0o755)
    (local.directory / "db.sqlite3").touch(0o644)
    assert local.make() == []
    assert stat.S_IMODE(local.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((local.directory / "db.sqlite3").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", "ключ".encode() * 20, b"\xff" * 60])
def test_a_file_without_a_secret_key_is_refused_in_a_sentence(local: LocalData, content: bytes) -> None:
    local.make()
    file = local.directory / "secret_key"
    file.write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match="holds no secret key; restore it, or delete it") as refusal:
        local.secret_key()
    assert str(file) in str(refusal.value)
    file.unlink()
    assert local.make_secret_key()


def test_a_directory_is_prepared_by_one_process_at_a_time(local: LocalData) -> None:
    order: list[str] = []

    def prepare() -> None:
        with local.one_preparation():
            order.append("second")

    with local.one_preparation():
        waiting = threading.Thread(target=prepare)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_demo_password_is_given_out_once_and_kept_from_others(local: LocalData) -> None:
    local.make()
    assert local.take_demo_password() is None
    local.note_demo_user("s3cret")
    local.note_demo_user("")  # a later preparation, before the password was shown
    assert stat.S_IMODE((local.directory / "demo_user").stat().st_mode) == 0o600
    assert [local.take_demo_password() for _ in range(3)] == ["s3cret", "", ""]
    local.note_demo_user("")
    assert local.take_demo_password() == ""
    local.note_demo_user(None)
    assert local.take_demo_password() is None

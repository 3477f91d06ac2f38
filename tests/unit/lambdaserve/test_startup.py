"""A process that serves reads ahead and watches in threads of its own, and needs a secret key."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from lambdaserve import startup
from lambdaserve.access import bookkeeping
from lambdaserve.ops import warming
from lambdaserve.ops.warming import Warmed
from lambdaserve.server.start_plan import PATIENCE
from merger import wiring
from merger.background import loop
from merger.cache.only_cached import require_may_compute
from merger.errors import StoreUnavailable
from merger.finding.finder import Finder


class Service:
    """Counts warm-ups; the store is away during the first ``failures``."""

    def __init__(self, *, failures: int = 0) -> None:
        self.finder = Finder(None)
        self.warm_ups = 0
        self.is_stopped = False
        self.cache = SimpleNamespace(is_starting=False, stop_refreshing=self.stop_refreshing)
        self.failures = failures

    def warm_up(self) -> None:
        self.warm_ups += 1
        if self.warm_ups <= self.failures:
            raise StoreUnavailable("MongoDB is not reachable")

    def find_forms(self) -> None:
        """Finds none."""

    def stop_refreshing(self) -> None:
        self.is_stopped = True


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Replaces the background loop and leaves the garbage collector alone; the loop's arguments."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(loop, "keep_watching", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(loop, "keep_running", lambda *_: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(startup, "_RETRY_SECONDS", 0)
    monkeypatch.setattr(warming, "first_addresses", lambda: ["/first"])
    monkeypatch.setattr(warming, "warm", lambda _: (Warmed.COMPUTED, ""))
    monkeypatch.setattr(warming, "call_api", not_cached)
    monkeypatch.setattr(startup, "Finalize", lambda _, stop, **__: calls.append((stop,)))
    monkeypatch.setattr("django.setup", lambda **_: None)
    monkeypatch.setattr(wiring, "watcher", lambda: "the watcher")
    monkeypatch.setattr(wiring, "background_tasks", lambda: ["a task"])
    monkeypatch.setattr(bookkeeping, "start_bookkeeping", lambda: calls.append(("bookkeeping",)))
    monkeypatch.setattr(connections, "settings", {"default": {"ENGINE": "of another kind"}})
    return calls


def not_cached(_: str) -> None:
    """The API with an empty cache."""
    require_may_compute()


def start_and_join(monkeypatch: pytest.MonkeyPatch, service: Service) -> list[str]:
    """Starts and waits for the threads; their names."""
    monkeypatch.setattr(wiring, "service", lambda: service)
    threads: list[threading.Thread] = []
    start: Callable[[threading.Thread], None] = threading.Thread.start

    def note(thread: threading.Thread) -> None:
        threads.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", note)
    startup.start()
    for thread in threads:
        thread.join(10)
    assert all(thread.daemon for thread in threads)
    return [thread.name for thread in threads]


def test_start_warms_up_once_and_watches(monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]]) -> None:
    service = Service()
    assert start_and_join(monkeypatch, service) == ["warm-up", "watcher", "forms", "search index"]
    assert service.warm_ups == 1
    [(watcher, tasks, ended), (stop,), (last,)] = watched
    assert (watcher, tasks, last) == ("the watcher", ["a task"], "bookkeeping")
    assert not ended.is_set()
    stop()
    assert (ended.is_set(), service.is_stopped) == (True, True), "nothing is begun while the process ends"


@pytest.mark.parametrize(
    ("engine", "seconds"), [("lambdaserve.config.sqlite", 2), ("django.db.backends.postgresql", 9)]
)
def test_requests_wait_briefly_for_the_write_lock_of_sqlite(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]], engine: str, seconds: float
) -> None:
    accounts = {"ENGINE": engine, "OPTIONS": {"timeout": 9}}
    monkeypatch.setattr(connections, "settings", {"default": accounts})
    start_and_join(monkeypatch, Service())
    assert accounts["OPTIONS"] == {"timeout": seconds}


def test_failed_warm_up_is_a_warning_and_the_process_goes_on(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    assert start_and_join(monkeypatch, Service(failures=1)) == ["warm-up", "watcher", "forms", "search index"]
    assert "warm-up failed, so the first requests take longer: MongoDB is not reachable" in caplog.text
    assert len(watched) == 3


@pytest.mark.parametrize(("failures", "warned"), [(3, False), (10**9, True)])
def test_a_patient_process_tries_again_and_warns_once_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
    watched: list[tuple[Any, ...]],
    caplog: pytest.LogCaptureFixture,
    failures: int,
    *,
    warned: bool,
) -> None:
    monkeypatch.setenv(PATIENCE, "0.2" if warned else "30")
    service = Service(failures=failures)
    start_and_join(monkeypatch, service)
    assert service.warm_ups > 3
    assert ["warm-up failed" in message for message in caplog.messages] == [True] * warned


def test_a_patient_process_waits_for_the_answers_of_the_first_page(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(PATIENCE, "30")
    results = [(Warmed.FAILED, "MongoDB is not reachable")] * 2 + [(Warmed.COMPUTED, "")]
    asked: list[str] = []

    def warm(address: str) -> tuple[Warmed, str]:
        asked.append(address)
        return results.pop(0)

    monkeypatch.setattr(warming, "warm", warm)
    start_and_join(monkeypatch, Service())
    assert (asked, results, caplog.messages) == (["/first"] * 3, [], [])


def test_a_process_takes_no_request_before_its_warm_up_has_ended(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]]
) -> None:
    warmed = threading.Event()

    class Slow(Service):
        def warm_up(self) -> None:
            threading.Event().wait(0.2)
            warmed.set()

    monkeypatch.setattr(wiring, "service", Slow)
    startup.start()
    assert warmed.is_set()


def test_a_process_answers_at_once_while_the_cache_has_the_first_page(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]]
) -> None:
    ended = threading.Event()

    class Hanging(Service):
        def warm_up(self) -> None:
            ended.wait(10)

    service = Hanging()
    monkeypatch.setenv(PATIENCE, "30")
    monkeypatch.setattr(warming, "call_api", lambda _: None)
    monkeypatch.setattr(wiring, "service", lambda: service)
    started = time.monotonic()
    startup.start()
    assert time.monotonic() - started < 9
    assert service.cache.is_starting
    ended.set()
    while service.cache.is_starting:
        assert time.monotonic() - started < 30
        time.sleep(0.01)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_process_is_no_longer_starting_after_an_unexpected_error(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]]
) -> None:
    class Broken(Service):
        def warm_up(self) -> None:
            raise TypeError("a fault of ours")

    service = Broken()
    start_and_join(monkeypatch, service)
    assert not service.cache.is_starting


def test_a_slow_warm_up_does_not_keep_a_process_from_answering(
    monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]]
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(startup, "WARM_UP_SECONDS", 0.05)

    class Hanging(Service):
        def warm_up(self) -> None:
            ended.wait(10)

    monkeypatch.setattr(wiring, "service", Hanging)
    startup.start()
    assert len(watched) == 3
    ended.set()


def test_nothing_starts_without_a_secret_key(
    settings: Any, monkeypatch: pytest.MonkeyPatch, watched: list[tuple[Any, ...]]
) -> None:
    settings.SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        start_and_join(monkeypatch, Service())
    assert watched == []

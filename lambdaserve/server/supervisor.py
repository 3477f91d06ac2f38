"""The supervisor behind `make run`: starts what is missing, serves, and stops everything that it started.

It does not use Django's settings: the stores must run before their addresses are known, and every child reads the
settings from the environment that is built here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from lambdaserve.config import variables
from lambdaserve.config.disk_room import free_bytes, is_full
from lambdaserve.config.env import Environment
from lambdaserve.config.kinds import Address
from lambdaserve.config.local_data import METERS, LocalData, SampleState, StoreAddresses
from lambdaserve.server import embedded_stores
from lambdaserve.server.capacity import CONNECTIONS, STREAM_CONNECTIONS, connections_per_worker, threads_of_worker
from lambdaserve.server.child_process import Child
from lambdaserve.server.closing_box import STOPPING, closing_lines, framed
from lambdaserve.server.embedded_stores import Store, StoreDidNotStart
from lambdaserve.server.healthcheck import fetch_status
from lambdaserve.server.meter_directory import meter_directory
from lambdaserve.server.start_plan import RunFailed, StartPlan
from lambdaserve.server.watched_child import ChildEnded, WatchedChild

_START_TIMEOUT_SECONDS = 120.0
"""Longest wait for a server to answer its first request."""
HEAD_TIMEOUT_SECONDS = 10
"""Longest wait for the head of a request, whether the first of its connection or a later one."""
_BATCH_RUNS_AT = timedelta(hours=2, minutes=5)
"""Time after midnight UTC at which the sample world's batch job runs; from then on its run covers the day before."""


@dataclass(slots=True)
class Supervisor:
    """Starts, watches and stops the processes of one data directory, which the caller has locked.

    Attributes:
        base_dir: the checkout.
        local: its data directory.
        environment: what the user set.
        plan: what to start.
        say: shows a line to the user.
        is_terminal: whether a person sees the lines at a terminal.
    """

    base_dir: Path
    local: LocalData
    environment: Environment
    plan: StartPlan
    say: Callable[[str], None]
    is_terminal: bool = False
    _children: list[WatchedChild] = field(default_factory=list)
    _variables: dict[str, str] = field(default_factory=dict)

    def serve(self, *, prepared: bool = False) -> None:
        """Serves until interrupted, then stops everything that it started, the newest first.

        Args:
            prepared: whether `manage.py prepare` has been run already.

        Raises:
            RunFailed: a process didn't start or ended by itself.
            StoreDidNotStart: an embedded store didn't start.
            KeyboardInterrupt: the process was interrupted, by Ctrl-C or a signal.
        """
        with ExitStack() as stack:
            self._variables = self._child_variables()
            mongo = self._begin_mongo(stack) if self.plan.embed_mongo else None
            if self.plan.embed_redis:
                self._start_redis(stack)
            self._publish_stores(stack)
            # The preparation takes as long to start as the MongoDB that it waits for.
            preparation = None if prepared else self._begin_preparation(stack)
            if mongo is not None:
                self._await_mongo(mongo)
            if preparation is not None:
                self._await_preparation(preparation)
            self.say("Starting the server")
            self._start_server(stack)
            # One after another, the first page first, since each keeps the store busy.
            if self.plan.live is not None:
                self._start_streams(stack, self.plan.live)
                self._wait_until_it_answers("stream server", self.plan.live, "/")
            keeps_sample = self._keep_sample(stack)
            self._announce()
            while True:
                self._check_children()
                if keeps_sample and batch_is_due(self.local.sample_written(), datetime.now(UTC)):
                    self._start_batch(stack)
                time.sleep(0.25)

    def serve_streams(self, address: Address) -> None:
        """Serves only the streams of pages, behind a load balancer, until interrupted.

        Args:
            address: where to serve.

        Raises:
            RunFailed: the process didn't start or ended by itself.
            KeyboardInterrupt: as for ``serve``.
        """
        with ExitStack() as stack:
            self._variables = self._child_variables()
            self._start_streams(stack, address)
            self._wait_until_it_answers("stream server", address, "/")
            self.say(f"{'streams':12} {address.url()}/")
            self.say(STOPPING)
            while True:
                self._check_children()
                time.sleep(0.25)

    def _child_variables(self) -> dict[str, str]:
        """The environment of the children: what the user set, and the plan's defaults for the rest."""
        chosen = {**self.plan.defaults(), "DATA_DIR": str(self.local.directory)}
        if not self.environment.is_set(variables.SECRET_KEY):
            chosen["SECRET_KEY"] = self.local.make_secret_key()
        unset = {name: value for name, value in chosen.items() if not self.environment.values.get(name, "").strip()}
        return {**os.environ, **self.environment.values, **unset}

    def _begin_mongo(self, stack: ExitStack) -> WatchedChild:
        """Starts the embedded MongoDB; it may not answer yet."""
        start = partial(embedded_stores.start_mongo, self.local.directory / "mongo")
        store = start(None, waits=False)
        self._variables["MONGODB_URI"] = store.address
        return self._watch_store(stack, store, start, partial(embedded_stores.mongo_reads, store.address))

    def _await_mongo(self, mongo: WatchedChild) -> None:
        address = self._variables["MONGODB_URI"]
        if not embedded_stores.mongo_starts(Store(mongo.child, address)):
            mongo.stop()
            mongo.child = mongo.start_again()
        self.say(f"{mongo.child.name} is running at {address}")

    def _start_redis(self, stack: ExitStack) -> None:
        start = partial(embedded_stores.start_redis, self.local.directory / "redis", keeps=True)
        store = start(None)
        self._variables["REDIS_URL"] = store.address
        self._watch_store(stack, store, start)
        self.say(f"{store.child.name} is running at {store.address}")

    def _watch_store(
        self, stack: ExitStack, store: Store, start: Callable[[int], Store], works: Callable[[], bool] | None = None
    ) -> WatchedChild:
        """Watches a store and stops it in the end; it keeps its port where it is started again."""
        port = int(store.address.split(":")[2].partition("/")[0])
        watched = WatchedChild(store.child, lambda: start(port).child, works, outlives_full_disk=True)
        stack.callback(watched.stop)
        self._children.append(watched)
        return watched

    def _publish_stores(self, stack: ExitStack) -> None:
        """Lets commands of other processes find the embedded stores."""
        ours = {"MONGODB_URI": self.plan.embed_mongo, "REDIS_URL": self.plan.embed_redis}
        if any(ours.values()):
            addresses = {name.lower(): self._variables[name] for name, is_ours in ours.items() if is_ours}
            stack.callback(self.local.withdraw_stores)
            self.local.publish_stores(StoreAddresses(**addresses))

    def _begin_preparation(self, stack: ExitStack) -> WatchedChild:
        options = ["--demo-user", "--embedded"] if self.plan.embed_mongo else []
        options += ["--sample"] if self.plan.sample else []
        self.say("Preparing accounts, static files and indexes")
        return self._start(stack, "preparation", self._manage("prepare", *options))

    def _await_preparation(self, preparation: WatchedChild) -> None:
        code = preparation.child.process.wait()
        self._children.remove(preparation)
        if code:
            raise RunFailed("the preparation failed (see above), so the service was not started")

    def _start_server(self, stack: ExitStack) -> None:
        bind, read = self.plan.bind, self.environment.read
        command = self._granian("wsgi", bind, CONNECTIONS)
        command += ["--workers", str(read(variables.WORKERS))]
        # With --log-level warning, the server would warn of so many threads; most of them wait, if there are any.
        command += ["--blocking-threads", str(threads_of_worker(read(variables.THREADS))), "--log-level", "error"]
        command += ["--respawn-failed-workers"]
        command += ["lambdaserve.wsgi:application"]
        # Otherwise each of many threads would keep a heap of its own, as large as its largest answer needed.
        self._variables.setdefault("MALLOC_ARENA_MAX", "2")
        # Only the server's processes get this variable: the meters of a command would be added to theirs.
        meters = stack.enter_context(meter_directory(self.local.empty_meters))
        server = self._start(stack, "server", command, variables={METERS: str(meters)})
        self._wait_until_it_answers(server.child.name, bind, "/api/v1/health/live")

    def _start_streams(self, stack: ExitStack, address: Address) -> None:
        """Starts the process that pushes changes to pages."""
        # Open streams end at once with it; browsers reconnect by themselves.
        command = [
            *self._granian("asgi", address, STREAM_CONNECTIONS),
            "--workers-kill-timeout",
            "1",
            "--respawn-failed-workers",
        ]
        self._start(stack, "stream server", [*command, "pages.live.asgi:application"])

    def _wait_until_it_answers(self, name: str, address: Address, path: str) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while _status(address, "HEAD", path) is None:
            self._check_children()
            if time.monotonic() > deadline:
                raise RunFailed(f"the {name} did not answer at {address.url()} within {_START_TIMEOUT_SECONDS:.0f} s")
            time.sleep(0.05)

    def _granian(self, interface: str, bind: Address, connections: int) -> list[str]:
        """Command of a server: HTTP/1.1 only, since HTTP/2 queues 200 responses per connection, and heads of 64 KiB."""
        command = [sys.executable, "-m", "granian", "--interface", interface, "--no-ws", "--log-level", "warning"]
        command += ["--http", "1", "--http1-buffer-size", "65536"]
        command += ["--http1-header-read-timeout", str(HEAD_TIMEOUT_SECONDS * 1000)]
        command += ["--backpressure", str(connections_per_worker(connections))]
        return [*command, "--host", bind.host, "--port", str(bind.port)]

    def _announce(self) -> None:
        if self.plan.moved:
            self.say("Port 8000 is in use by another program, so a free port was chosen. Set BIND to choose one.")
        password = self.local.take_demo_password() if self.plan.embed_mongo else None
        lines = closing_lines(self.plan.bind.url(), password, self.base_dir)
        for line in framed(lines) if self.is_terminal else lines:
            self.say(line)

    def _keep_sample(self, stack: ExitStack) -> bool:
        """Starts the job that keeps the sample world current, if that is loaded; returns whether it is."""
        if not self.plan.sample or self.local.sample_state() is not SampleState.LOADED:
            return False
        self.say("The sample world catches up in the background")
        log = self.local.directory / "sample_speed.log"
        command = ["nice", *self._manage("sample_speed", "--follow")]  # pages go first
        self._start(stack, "sample world", command, log, outlives_full_disk=True)
        return True

    def _start_batch(self, stack: ExitStack) -> None:
        """Starts the sample world's batch job beside the service, which keeps running however the job ends."""
        log = self.local.directory / "sample_batch.log"
        command = ["nice", *self._manage("sample_batch")]  # pages go first
        try:
            self.local.write_sample_state(SampleState.LOADED)
            child = Child.start("batch job", command, environment=self._variables, directory=self.base_dir, log=log)
        except OSError:
            return  # a full disk; it stays due
        stack.callback(child.stop)

    def _check_children(self) -> None:
        """Raises ``RunFailed`` if a child has ended by itself, unless a full disk ended one that can do without."""
        for watched in self._children:
            try:
                if watched.check(self._is_disk_full):
                    self.say(f"The {watched.child.name} was started again")
            except ChildEnded as error:
                raise RunFailed(str(error)) from None
            except (StoreDidNotStart, OSError) as error:
                self.say(f"The {watched.child.name} could not be started again: {error}")

    def _is_disk_full(self) -> bool:
        return is_full(free_bytes(self.local.directory))

    def _start(
        self,
        stack: ExitStack,
        name: str,
        command: list[str],
        log: Path | None = None,
        variables: Mapping[str, str] | None = None,
        *,
        outlives_full_disk: bool = False,
    ) -> WatchedChild:
        environment = {**self._variables, **(variables or {})}
        start = partial(Child.start, name, command, environment=environment, directory=self.base_dir, log=log)
        watched = WatchedChild(start(), start, outlives_full_disk=outlives_full_disk)
        stack.callback(watched.stop)
        self._children.append(watched)
        return watched

    def _manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.base_dir / "manage.py"), *arguments]


def batch_is_due(last: datetime, now: datetime) -> bool:
    """Whether a nightly run of the sample world's batch job is due.

    Args:
        last: when it last ran, aware UTC.
        now: aware UTC.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0) + _BATCH_RUNS_AT
    return last < (today if now >= today else today - timedelta(days=1))


def _status(address: Address, method: str, path: str) -> int | None:
    """Status of the response to a request; ``None`` if there is none."""
    return fetch_status(address.near_host(), address.port, method, path, timeout=5)

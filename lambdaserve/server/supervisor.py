"""The supervisor behind `make run`: starts what is missing, serves, and stops all that it started.

It lives outside Django's settings: the stores must run before their addresses are known, and every child reads the
settings anew from the environment that is made here.
"""

from __future__ import annotations

import http.client
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from lambdaserve.config import variables
from lambdaserve.config.env import Environment
from lambdaserve.config.kinds import Address
from lambdaserve.config.local_data import METERS, LocalData, SampleState, StoreAddresses
from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import start_mongo, start_redis
from lambdaserve.server.start_plan import RunFailed, StartPlan

_PATIENCE = 60.0
"""Seconds until the server must answer."""
_WARM_WITHIN = 20.0
"""Seconds until whoever comes first meets what there is, however little."""
_FIRST_ASKED = "/api/v1/trending/history?limit=12"
"""What the first page needs most of both layers for."""
CONNECTIONS, OTHER_FILES = 2048, 512
"""Connections that a worker holds at once, silent ones among them, and other files that it may have open.

The server takes no further ones meanwhile: half as many as it has by default, sent half a head every half minute, kept
it from answering anybody (S5).
"""
HEAD_TIMEOUT_SECONDS = 10
"""Seconds within which a request's head must come, be it the first of a connection or the next."""
_BATCH_RUNS_AT = timedelta(hours=2, minutes=5)
"""When the sample world's batch job runs, after midnight UTC: just after its run of the day covers the day before."""


@dataclass(slots=True)
class Supervisor:
    """One run of the service in one data directory, which its caller has locked.

    Attributes:
        base_dir: the checkout.
        local: its data directory.
        environment: what the user set.
        plan: what to start.
        say: shows a line to the user.
    """

    base_dir: Path
    local: LocalData
    environment: Environment
    plan: StartPlan
    say: Callable[[str], None]
    _children: list[Child] = field(default_factory=list)
    _variables: dict[str, str] = field(default_factory=dict)

    def serve(self, *, prepared: bool = False) -> None:
        """Serves until interrupted, then stops everything that it started, the newest first.

        Args:
            prepared: whether somebody else has run `manage.py prepare`.

        Raises:
            RunFailed: something didn't start or ended by itself.
            StoreDidNotStart: an embedded store.
            KeyboardInterrupt: the user, or whoever stops this process, has had enough.
        """
        with ExitStack() as stack:
            self._variables = self._for_children()
            self._start_stores(stack)
            if not prepared:
                self._prepare(stack)
            if self.plan.live is not None:
                self._start_streams(stack, self.plan.live)
            self._start_server(stack)
            if self.plan.live is not None:
                self._await("stream server", self.plan.live, "/")
            self._await_answers()
            alive = self.plan.sample and self.local.sample_state() is SampleState.LOADED
            if alive:
                command = self._manage("sample_speed", "--follow")
                self._start(stack, "sample world", command, self.local.directory / "sample_speed.log")
            self._announce()
            while True:
                self._check()
                if alive and batch_is_due(self.local.sample_written(), datetime.now(UTC)):
                    self._start_batch(stack)
                time.sleep(0.25)

    def serve_streams(self, address: Address) -> None:
        """Serves the streams of pages alone, for a load balancer to lead to, until interrupted.

        Args:
            address: to serve on.

        Raises:
            RunFailed: the process didn't start or ended by itself.
            KeyboardInterrupt: as ``serve``.
        """
        with ExitStack() as stack:
            self._variables = self._for_children()
            self._start_streams(stack, address)
            self._await("stream server", address, "/")
            self.say(f"{'streams':12} {address.url()}/")
            self.say("Ctrl-C stops it.")
            while True:
                self._check()
                time.sleep(0.25)

    def _for_children(self) -> dict[str, str]:
        chosen = {**self.plan.defaults(), "DATA_DIR": str(self.local.directory)}
        if not self.environment.is_set(variables.SECRET_KEY):
            chosen["SECRET_KEY"] = self.local.make_secret_key()
        unset = {name: value for name, value in chosen.items() if not self.environment.values.get(name, "").strip()}
        return {**os.environ, **self.environment.values, **unset}

    def _start_stores(self, stack: ExitStack) -> None:
        started: dict[str, str] = {}
        for wanted, name, variable, start in (
            (self.plan.embed_mongo, "mongo", "mongodb_uri", start_mongo),
            (self.plan.embed_redis, "redis", "redis_url", start_redis),
        ):
            if wanted:
                store = start(self.local.directory / name)
                stack.callback(store.stop)
                self._children.append(store.child)
                self.say(f"{store.child.name} answers at {store.address}")
                started[variable] = self._variables[variable.upper()] = store.address
        if started:
            stack.callback(self.local.withdraw_stores)
            self.local.publish_stores(StoreAddresses(**started))

    def _prepare(self, stack: ExitStack) -> None:
        options = ["--demo-user"] if self.plan.embed_mongo else []
        options += ["--embedded"] if self.plan.embed_mongo else []
        options += ["--sample"] if self.plan.sample else []
        child = self._start(stack, "preparation", self._manage("prepare", *options))
        code = child.process.wait()
        self._children.remove(child)
        if code:
            raise RunFailed("the preparation failed, see above; nothing is served")

    def _start_server(self, stack: ExitStack) -> None:
        bind, read = self.plan.bind, self.environment.read
        command = self._granian("wsgi", bind)
        command += ["--workers", str(read(variables.WORKERS))]
        command += ["--blocking-threads", str(read(variables.THREADS)), "--respawn-failed-workers"]
        command += ["lambdaserve.wsgi:application"]
        # Many threads would each keep a heap of their own, with what their largest answer needed.
        self._variables.setdefault("MALLOC_ARENA_MAX", "2")
        # The server's processes alone: a command that counted too would be added to them.
        server = self._start(stack, "server", command, variables={METERS: str(self.local.empty_meters())})
        self._await(server.name, bind, "/api/v1/health/live")

    def _start_streams(self, stack: ExitStack, address: Address) -> None:
        """Starts the process that pushes changes to pages."""
        # Open streams end with it, at once: browsers come back by themselves.
        command = [*self._granian("asgi", address), "--workers-kill-timeout", "1", "--respawn-failed-workers"]
        self._start(stack, "stream server", [*command, "pages.live.asgi:application"])

    def _await_answers(self) -> None:
        """Waits a little until the service has read what its first pages are made of; nobody should meet empty ones."""
        deadline = time.monotonic() + _WARM_WITHIN
        while self.plan.embed_mongo and time.monotonic() < deadline:
            if _status(self.plan.bind, "GET", _FIRST_ASKED) != HTTPStatus.SERVICE_UNAVAILABLE:
                return
            self._check()

    def _await(self, name: str, address: Address, path: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(address, path):
            self._check()
            if time.monotonic() > deadline:
                raise RunFailed(f"the {name} did not answer at {address.url()} within {_PATIENCE:.0f} s")
            time.sleep(0.05)

    def _granian(self, interface: str, bind: Address) -> list[str]:
        """A server: without a second protocol that keeps 200 answers of a connection waiting, or heads of 400 kB."""
        command = [sys.executable, "-m", "granian", "--interface", interface, "--no-ws", "--log-level", "warning"]
        command += ["--http", "1", "--http1-buffer-size", "65536"]
        command += ["--http1-header-read-timeout", str(HEAD_TIMEOUT_SECONDS * 1000)]
        command += ["--backpressure", str(connections_of_a_worker())]
        return [*command, "--host", bind.host, "--port", str(bind.port)]

    def _announce(self) -> None:
        url = self.plan.bind.url()
        if self.plan.moved:
            self.say("Port 8000 is taken by another program, so a free one was chosen; BIND sets it.")
        for label, path in (("lambdaserve", "/"), ("API docs", "/api/docs/"), ("admin", "/admin/")):
            self.say(f"{label:12} {url}{path}")
        self.say("Ctrl-C stops it.")

    def _start_batch(self, stack: ExitStack) -> None:
        """Starts the sample world's batch job beside the service; its end, good or bad, is not the service's."""
        self.local.write_sample_state(SampleState.LOADED)
        log = self.local.directory / "sample_batch.log"
        command = self._manage("sample_batch")
        child = Child.start("batch job", command, environment=self._variables, directory=self.base_dir, log=log)
        stack.callback(child.stop)

    def _check(self) -> None:
        """Raises ``RunFailed`` for the first child that ended by itself."""
        for child in self._children:
            code = child.ended()
            if code is not None:
                words = child.last_words()
                raise RunFailed(
                    f"the {child.name} ended by itself (exit code {code})" + (f":\n{words}" if words else "")
                )

    def _start(
        self,
        stack: ExitStack,
        name: str,
        command: list[str],
        log: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Child:
        environment = {**self._variables, **(variables or {})}
        child = Child.start(name, command, environment=environment, directory=self.base_dir, log=log)
        stack.callback(child.stop)
        self._children.append(child)
        return child

    def _manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.base_dir / "manage.py"), *arguments]


def connections_of_a_worker() -> int:
    """How many a worker may hold; raises this process's limit of open files, which its children inherit, as it can."""
    wanted = CONNECTIONS + OTHER_FILES
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and limit < wanted:
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    return CONNECTIONS if limit == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, limit - OTHER_FILES))


def batch_is_due(last: datetime, now: datetime) -> bool:
    """Whether the sample world's nightly batch job should have run since it did.

    Args:
        last: when it ran, aware UTC.
        now: aware UTC.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0) + _BATCH_RUNS_AT
    return last < (today if now >= today else today - timedelta(days=1))


def _answers(address: Address, path: str) -> bool:
    """Whether the server answers a request, with whatever status."""
    return _status(address, "HEAD", path) is not None


def _status(address: Address, method: str, path: str) -> int | None:
    """What a request is answered with; ``None``: it is not."""
    connection = http.client.HTTPConnection(address.near_host(), address.port, timeout=5)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()

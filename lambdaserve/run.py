"""The supervisor behind `make run`: starts what is missing, serves, and stops all that it started.

It lives outside Django's settings: the stores must run before their addresses are known, and every child reads the
settings anew from the environment that is made here.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from lambdaserve import variables
from lambdaserve.embedded import free_port, start_mongo, start_redis
from lambdaserve.env import Address, Environment
from lambdaserve.localdata import LocalData, SampleState, StoreAddresses
from lambdaserve.processes import Child

_LOOPBACK = ("127.", "::1", "localhost")
_PATIENCE = 60.0
"""Seconds until the server must answer."""


class RunFailed(Exception):
    """The service can't start or can't go on; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a start means, from the environment alone.

    Attributes:
        bind: where to serve.
        embed_mongo: start the embedded MongoDB.
        embed_redis: start the embedded Redis.
        sample: keep the sample world in the embedded MongoDB.
        moved: the default port was taken and another one is used.
    """

    bind: Address
    embed_mongo: bool
    embed_redis: bool
    sample: bool
    moved: bool

    @classmethod
    def of(cls, environment: Environment) -> Plan:
        """Reads the plan.

        Raises:
            ImproperlyConfigured: a variable holds what it doesn't take.
            RunFailed: ``BIND`` names an address that can't be listened on.
        """
        bind, moved = _chosen_address(environment)
        embed_mongo = not environment.is_set(variables.MONGODB_URI)
        return cls(
            bind=bind,
            embed_mongo=embed_mongo,
            embed_redis=not environment.is_set(variables.REDIS_URL),
            # The sample world is only ever written into a store of our own.
            sample=embed_mongo and environment.read(variables.LOAD_SAMPLE) == "auto",
            moved=moved,
        )

    def defaults(self) -> dict[str, str]:
        """Variables for the children where the user says nothing: plain HTTP, and open where nobody else can see.

        Reading is open if the documents are the embedded store's or only this machine can connect.
        """
        local = self.embed_mongo or self.bind.host.startswith(_LOOPBACK)
        return {"HTTPS_ONLY": "0", "ANONYMOUS_READ": "1" if local else "0"}


@dataclass(slots=True)
class Run:
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
    plan: Plan
    say: Callable[[str], None]
    _children: list[Child] = field(default_factory=list)
    _variables: dict[str, str] = field(default_factory=dict)

    def serve(self) -> None:
        """Serves until interrupted, then stops everything that it started, the newest first.

        Raises:
            RunFailed: something didn't start or ended by itself.
            StoreDidNotStart: an embedded store.
            KeyboardInterrupt: the user, or whoever stops this process, has had enough.
        """
        with ExitStack() as stack:
            self._variables = self._for_children()
            self._start_stores(stack)
            self._prepare(stack)
            self._start_server(stack)
            if self.plan.sample and self.local.sample_state() is SampleState.LOADED:
                command = self._manage("sample_speed", "--follow")
                self._start(stack, "sample world", command, self.local.directory / "sample_speed.log")
            self._announce()
            self._watch()

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
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
        command += ["--host", bind.host, "--port", str(bind.port), "--workers", str(read(variables.WORKERS))]
        command += ["--blocking-threads", str(read(variables.THREADS)), "lambdaserve.wsgi:application"]
        server = self._start(stack, "server", command)
        deadline = time.monotonic() + _PATIENCE
        while not _answers(bind):
            self._check()
            if time.monotonic() > deadline:
                raise RunFailed(f"the {server.name} did not answer at {bind.url()} within {_PATIENCE:.0f} s")
            time.sleep(0.05)

    def _announce(self) -> None:
        url = self.plan.bind.url()
        if self.plan.moved:
            self.say("Port 8000 is taken by another program, so a free one was chosen; BIND sets it.")
        for label, path in (("lambdaserve", "/"), ("API docs", "/api/docs/"), ("admin", "/admin/")):
            self.say(f"{label:12} {url}{path}")
        self.say("Ctrl-C stops it.")

    def _watch(self) -> None:
        while True:
            self._check()
            time.sleep(0.25)

    def _check(self) -> None:
        """Raises ``RunFailed`` for the first child that ended by itself."""
        for child in self._children:
            code = child.ended()
            if code is not None:
                words = child.last_words()
                raise RunFailed(
                    f"the {child.name} ended by itself (exit code {code})" + (f":\n{words}" if words else "")
                )

    def _start(self, stack: ExitStack, name: str, command: list[str], log: Path | None = None) -> Child:
        child = Child.start(name, command, environment=self._variables, directory=self.base_dir, log=log)
        stack.callback(child.stop)
        self._children.append(child)
        return child

    def _manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.base_dir / "manage.py"), *arguments]


def _chosen_address(environment: Environment) -> tuple[Address, bool]:
    """The address to serve on, and whether it differs from the default because that was taken."""
    wanted = environment.read(variables.BIND)
    trouble = _trouble_with(wanted)
    if trouble is None:
        return wanted, False
    if environment.is_set(variables.BIND):
        raise RunFailed(f"BIND takes an address that is free on this machine; {wanted.host}:{wanted.port}: {trouble}")
    return Address(wanted.host, free_port()), True


def _trouble_with(address: Address) -> str | None:
    """Why nothing can listen there; ``None`` where something can."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
            probe.bind(target)
    except OSError as error:
        return error.strerror or str(error)
    return None


def _answers(address: Address) -> bool:
    """Whether the server answers a request, with whatever status."""
    connection = http.client.HTTPConnection(address.near_host(), address.port, timeout=5)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True

"""The measured service: the sample world in embedded stores, and the server as `make run` starts it."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.harness.load import LoadFailed
from benchmarks.harness.servers import Server, ServerFailed, Start, start_server
from benchmarks.harness.stores import Stores, start_stores
from benchmarks.harness.workload import API
from lambdaserve.config.variables import VARIABLES
from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from lambdaserve.server.start_plan import EMBEDDED_PATIENCE, PATIENCE

ROOT = Path(__file__).resolve().parents[2]

READY_TIMEOUT_SECONDS = 120.0
"""Seconds until the server must have read what every answer needs."""

UNLIMITED = 10_000_000
"""Requests per minute, and at once, of the key that the comparison uses: nothing is ever refused."""

_NEEDS_CATALOGUE, _READS_LAYERS = f"{API}search/genres", f"{API}health"
_KEY = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{20,}")


@contextmanager
def start_service(scale: float, workers: int, say: Callable[[str], None]) -> Iterator[tuple[Server, Stores]]:
    """Starts everything in a temporary directory and stops and removes it afterwards.

    Args:
        scale: of the sample world.
        workers: processes that answer.
        say: shows a line to the user.

    Raises:
        ServerFailed: something didn't start.
        StoreDidNotStart: an embedded store.
    """
    with tempfile.TemporaryDirectory(prefix="lambdaserve-bench-") as name:
        directory = Path(name)
        with start_stores(directory) as found:
            settings = {"SAMPLE_SCALE": str(scale), PATIENCE: str(EMBEDDED_PATIENCE)}
            variables = environment(directory, found.mongo, found.redis(0), settings)
            prepare(variables, "--sample")
            say(f"Starting the server with {workers} worker{'s' if workers > 1 else ''}")
            with start_server(service_start(directory, variables, workers)) as server:
                yield server, found


def environment(directory: Path, mongo: str, cache: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Builds the service's environment: this process's, with the user's settings replaced by the service's."""
    return {name: value for name, value in os.environ.items() if name not in VARIABLES} | {
        "ENV_FILE": "",
        "DATA_DIR": str(directory),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MONGODB_URI": mongo,
        "REDIS_URL": cache,
        "LOAD_SAMPLE": "never",
        "LIVE_URL": "none",
        "SPEED_EXPIRY": "0",  # the embedded MongoDB would scan every document each minute
        "LOG_LEVEL": "warning",
        **settings,
    }


def prepare(variables: Mapping[str, str], *options: str) -> None:
    """Creates tables, indexes and, with ``--sample``, the sample world, by the command that `make run` uses.

    Raises:
        ServerFailed: the command failed; its output says why.
    """
    manage(variables, "prepare", "--embedded", *options)


def manage(variables: Mapping[str, str], *arguments: str) -> None:
    """Runs a command of ``manage.py`` to its end; its output is this process's.

    Raises:
        ServerFailed: the command failed; its output says why.
    """
    child = Child.start(arguments[0], _manage(*arguments), environment=variables)
    try:
        if child.process.wait():
            raise ServerFailed(f"{arguments[0]} failed, see above")
    finally:
        child.stop()


def service_start(
    directory: Path,
    variables: Mapping[str, str],
    workers: int,
    name: str = "lambdaserve",
    patience: float = READY_TIMEOUT_SECONDS,
) -> Start:
    """Builds the service's start; it is ready once it has read the catalogue and the state of both layers."""
    port = free_port()
    settings = {**variables, "BIND": f"{LOOPBACK}:{port}", "WORKERS": str(workers)}
    return Start(name, _manage("serve"), port, settings, directory / f"{name}.log", _is_ready, patience)


def create_api_key(
    variables: Mapping[str, str], scopes: Iterable[str] = ("read",), rate: int = UNLIMITED, burst: int = UNLIMITED
) -> str:
    """Creates an API key of these scopes; by default it may read, practically without a limit.

    Args:
        variables: environment of the service.
        scopes: of the key.
        rate: requests per minute.
        burst: requests at once.

    Raises:
        ServerFailed: the service creates none.
    """
    options = [each for scope in scopes for each in ("--scope", scope)]
    command = _manage("create_api_key", "benchmark", *options, "--rate", str(rate), "--burst", str(burst))
    done = subprocess.run(command, env=dict(variables), capture_output=True, text=True, timeout=60, check=False)
    found = _KEY.search(done.stdout)
    if done.returncode or found is None:
        raise ServerFailed(f"no API key could be created: {done.stderr.strip()[-400:]}")
    return found[0]


def create_superuser(variables: Mapping[str, str], name: str, password: str) -> None:
    """Creates a superuser.

    Args:
        variables: environment of the service.
        name: of the user.
        password: of the user.

    Raises:
        CalledProcessError: the command failed.
    """
    command = [*_manage("createsuperuser"), "--noinput", "--username", name, "--email", f"{name}@example.org"]
    subprocess.run(command, env={**variables, "DJANGO_SUPERUSER_PASSWORD": password}, check=True, capture_output=True)


def log_in(base: str, name: str, password: str) -> str:
    """Logs a user in and returns the access token.

    Args:
        base: the service's address, without a slash at the end.
        name: of the user.
        password: of the user.

    Raises:
        OSError: the service issues none.
    """
    body = json.dumps({"username": name, "password": password}).encode()
    asked = urllib.request.Request(f"{base}/api/v1/auth/token", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        found: str = json.load(answer)["access"]
    return found


def _is_ready(port: int) -> bool:
    """Whether it has warmed up; before that, requests would wait for the start and be measured too slow."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=READY_TIMEOUT_SECONDS)
    try:
        connection.request("GET", _NEEDS_CATALOGUE)
        catalogue = connection.getresponse()
        catalogue.read()
        connection.request("GET", _READS_LAYERS)
        layers = json.load(connection.getresponse())["services"]["speed_layer"]
        return catalogue.status == http.HTTPStatus.OK and layers["status"] != "unknown"
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _manage(*arguments: str) -> list[str | Path]:
    return [sys.executable, ROOT / "manage.py", *arguments]


FAILURES = (LoadFailed, ServerFailed)
"""Exceptions that end a measurement without figures."""

"""Real servers as Debian packages them: nginx with the configuration of `deploy/`, and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import LOOPBACK, free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)

_PATIENCE = 30.0
_ROOT = 0


@dataclass(frozen=True, slots=True)
class Door:
    """A running nginx.

    Args:
        child: its process.
        url: where it serves.
        directory: holds its configuration.
    """

    child: Child
    url: str
    directory: Path

    def log(self) -> list[str]:
        """A line for each request, and errors."""
        assert self.child.log is not None
        return self.child.log.read_text(encoding="utf-8").splitlines()

    def lead_to(self, api: Sequence[int]) -> None:
        """Takes up other processes, dropping no connection."""
        _write_upstream(self.directory, "api", "api:8000", api)
        self.child.process.send_signal(signal.SIGHUP)


@contextmanager
def door(directory: Path, api: Sequence[int], live: int | None = None) -> Iterator[Door]:
    """nginx with `deploy/nginx/nginx.conf` in front of processes on loopback.

    Args:
        directory: of its own.
        api: ports of the processes that answer.
        live: port of the one that pushes changes.
    """
    assert NGINX is not None
    port = free_port()
    shutil.copy(DEPLOY / "nginx" / "nginx.conf", directory)
    # On every address of this machine's loopback network, so that clients of several addresses can come.
    listen = (DEPLOY / "nginx" / "listen.conf").read_text(encoding="utf-8")
    (directory / "listen.conf").write_text(_replaced(listen, "\nlisten 8080;", f"\nlisten 0.0.0.0:{port};"))
    _write_upstream(directory, "api", "api:8000", api)
    _write_upstream(directory, "live", "live:8001", [live or free_port()])
    command: list[str | Path] = [
        NGINX,
        "-e",
        "stderr",
        "-p",
        directory,
        "-c",
        directory / "nginx.conf",
        "-g",
        "daemon off;",
    ]
    child = Child.start("nginx", command, log=directory / "nginx.log")
    try:
        _until(lambda: _listens(port), child)
        yield Door(child, f"http://{LOOPBACK}:{port}", directory)
    finally:
        child.stop()


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL with an empty database; its address for ``DATABASE_URL``."""
    assert POSTGRES is not None
    # Its own user must get there, which pytest's directories don't allow; and a socket's path is short.
    home = Path(tempfile.mkdtemp(prefix="lambdaserve-postgres-"))
    port = free_port()
    as_user: list[str | Path] = []
    if os.geteuid() == _ROOT:  # it refuses to be run by root
        shutil.chown(home, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=TERM"]
    data = home / "data"
    try:
        made = [*as_user, POSTGRES / "initdb", "--username=lambdaserve", "--auth=trust", "--no-sync", "--pgdata", data]
        subprocess.run(made, check=True, capture_output=True)
        options = ["-c", f"listen_addresses={LOOPBACK}", "-c", f"unix_socket_directories={home}", "-c", "fsync=off"]
        child = Child.start(
            "PostgreSQL",
            [*as_user, POSTGRES / "postgres", "-D", data, "-p", str(port), *options],
            log=Path(tempfile.mkstemp(prefix="lambdaserve-postgres-log-")[1]),
        )
        address = f"postgres://lambdaserve@{LOOPBACK}:{port}/"
        try:
            _until(lambda: _answers(f"{address}postgres"), child)
            sql(f"{address}postgres", "CREATE DATABASE lambdaserve")
            yield f"{address}lambdaserve"
        finally:
            child.process.send_signal(signal.SIGINT)  # closes the connections that are still open
            child.stop()
            assert child.log is not None
            child.log.unlink()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def sql(address: str, statement: str) -> str:
    """Runs one statement in PostgreSQL; returns a line for each row.

    Raises:
        CalledProcessError: it refused.
    """
    assert POSTGRES is not None
    options = ["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement]
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [POSTGRES / "psql", address, *options], check=True, capture_output=True, text=True
    )
    return done.stdout


def _write_upstream(directory: Path, name: str, there: str, ports: Sequence[int]) -> None:
    """The file of `deploy/` with addresses in place of a name, which no resolver here would know."""
    text = (DEPLOY / "nginx" / f"upstream_{name}.conf").read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        words = line.split()
        if words[:3] == ["server", there, "resolve"]:
            lines += [f"    server {LOOPBACK}:{port} {' '.join(words[3:])}" for port in ports]
        elif words[:1] != ["resolver"]:
            lines.append(line)
    (directory / f"upstream_{name}.conf").write_text("\n".join(lines), encoding="utf-8")


def _replaced(text: str, what: str, by: str) -> str:
    assert what in text
    return text.replace(what, by)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _answers(address: str) -> bool:
    try:
        sql(address, "SELECT 1")
    except subprocess.CalledProcessError:
        return False
    return True


def _until(holds: Callable[[], bool], child: Child) -> None:
    give_up = time.monotonic() + _PATIENCE
    while not holds():
        assert child.exit_code() is None, child.log_tail(20)
        assert time.monotonic() < give_up, child.log_tail(20)
        time.sleep(0.05)

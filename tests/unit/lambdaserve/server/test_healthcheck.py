"""The health check of containers asks the server of this machine and imports nothing of the service."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from lambdaserve.server.healthcheck import is_alive


@contextmanager
def server(status: int) -> Iterator[int]:
    """A server that answers ``/api/v1/health/live`` with this status, other paths with 404; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/api/v1/health/live" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    with HTTPServer((LOOPBACK, 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running.server_port
        running.shutdown()


@pytest.mark.parametrize(("status", "alive"), [(200, True), (503, False), (404, False)])
def test_server_is_alive_if_it_answers_with_200(status: int, alive: bool) -> None:
    with server(status) as port:
        assert is_alive(port) is alive


def test_port_without_a_server_is_not_alive() -> None:
    assert not is_alive(free_port())


@pytest.mark.parametrize(("status", "code"), [(200, 0), (500, 1)])
def test_command_exits_with_0_only_for_a_server_at_bind(status: int, code: int) -> None:
    with server(status) as port:
        command = [sys.executable, "-m", "lambdaserve.server.healthcheck"]
        done = subprocess.run(command, env={"BIND": f"0.0.0.0:{port}"}, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (code, b"")


def test_nothing_of_the_service_is_imported() -> None:
    script = "import sys, lambdaserve.server.healthcheck; print({'django', 'merger', 'pymongo'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

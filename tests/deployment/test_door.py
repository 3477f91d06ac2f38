"""What the load balancer does by itself, whatever is behind it.

Requirement S5.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest

from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from tests.deployment.debian import NGINX, Door, door

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is missing (Debian: nginx-light)"),
]
STREAMS = 64
"""Streams that the load balancer lets an address have."""


class Streams(ThreadingHTTPServer):
    """A server whose answers begin and don't end."""

    daemon_threads = True
    request_queue_size = 200
    ended = Event()


class Handler(BaseHTTPRequestHandler):
    """Begins an answer, with headers of its own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(b"begun")
        self.wfile.flush()
        Streams.ended.wait(30)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """nginx before a stream process, and before hosts that are away."""
    with Streams((LOOPBACK, 0), Handler) as streams:
        Thread(target=streams.serve_forever, args=(0.05,), daemon=True).start()
        with door(tmp_path_factory.mktemp("door"), [free_port()], streams.server_port) as found:
            yield found
        Streams.ended.set()
        streams.shutdown()


def ask(opened: Door, path: str, stack: ExitStack, source: str = LOOPBACK, head: str = "") -> str:
    """Head of an answer, in small letters; its connection stays open for the stack's time."""
    port = urlsplit(opened.url).port
    assert port is not None
    connection = stack.enter_context(socket.create_connection((LOOPBACK, port), 5, (source, 0)))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: door\r\n{head}\r\n".encode())
    return connection.recv(4096).decode().partition("\r\n\r\n")[0].lower()


@pytest.mark.parametrize(
    ("path", "head", "status"),
    [
        ("/metrics", "", 404),
        ("/", "Content-Length: 1000000\r\n", 413),
        ("/%00", "", 400),
        (f"/{'y' * 20_000}", "", 414),
        ("/", f"X-Long: {'y' * 20_000}\r\n", 400),
        ("/", "", 503),
        ("/api/v1/movies/1", "", 503),
    ],
    ids=["not here", "too large", "bad path", "long path", "long field", "page away", "api away"],
)
def test_own_errors_are_neither_guessed_nor_kept(opened: Door, path: str, head: str, status: int) -> None:
    with ExitStack() as stack:
        answer = ask(opened, path, stack, head=head)
    assert answer.split()[1] == str(status)
    assert answer.count("x-content-type-options: nosniff") == 1
    assert answer.count("cache-control: no-store") == 1


def test_answers_of_the_service_keep_their_own_headers(opened: Door) -> None:
    with ExitStack() as stack:
        answer = ask(opened, "/live/some-ticket", stack)
    assert answer.count("x-content-type-options") == 1
    assert answer.count("cache-control: no-cache") == answer.count("cache-control") == 1


def test_streams_of_an_address_are_limited_well_below_what_fills_the_service(opened: Door) -> None:
    with ExitStack() as stack:
        found = [ask(opened, f"/live/ticket-{each}", stack, "127.0.0.2").split()[1] for each in range(STREAMS + 5)]
        assert found == ["200"] * STREAMS + ["429"] * 5
        assert ask(opened, "/live/of-another", stack, "127.0.0.3").split()[1] == "200"
        refused = ask(opened, "/live/one-more", stack, "127.0.0.2")
        assert "x-content-type-options: nosniff" in refused
        assert "retry-after: 1" in refused
        assert ask(opened, "/metrics", stack, "127.0.0.2").split()[1] == "404", "other requests go on"


def test_tickets_are_in_no_log(opened: Door) -> None:
    with ExitStack() as stack:
        ask(opened, "/live/secret-ticket", stack, "127.0.0.4")
        for _ in range(STREAMS):
            ask(opened, "/live/secret-ticket", stack, "127.0.0.4")
        ask(opened, "//live//secret-ticket", stack, "127.0.0.4")
    deadline = time.monotonic() + 5
    while '"path":"/live/-"' not in "".join(opened.log()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "secret-ticket" not in "".join(opened.log())

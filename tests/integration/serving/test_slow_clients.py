"""A real server keeps answering, and keeps its memory, while clients are slow or send too much.

Requirement S5.
"""

from __future__ import annotations

import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lambdaserve.middleware.connections import SLOW_SWEEPS
from lambdaserve.middleware.slow_clients import BODY_SECONDS, SWEEP_SECONDS
from lambdaserve.server.capacity import BODY_PLACES, FILE_PLACES
from lambdaserve.server.embedded_stores import LOOPBACK
from lambdaserve.server.supervisor import HEAD_TIMEOUT_SECONDS
from tests.integration.serving.test_serve import Served, descendants, served

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

MB = b"x" * 1_000_000
LARGEST_FILE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


ONE_WORKER = {"THREADS": "4", "WORKERS": "1", "LOGIN_LIMIT_ADDRESS": "0", "LOGIN_LIMIT_USER": "0"}

MANY = 1_500
"""More connections than granian takes by default."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of one worker with four threads."""
    with served(tmp_path_factory.mktemp("slow"), LOAD_SAMPLE="never", **ONE_WORKER) as copy:
        copy.wait_until_it_serves()
        yield copy


def connect(server: Served, buffer: int | None = None, source: str = LOOPBACK) -> socket.socket:
    """A connection to the server; ``buffer``: bytes that the system accepts before they are read."""
    found = socket.socket()
    found.bind((source, 0))
    if buffer is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    found.settimeout(10)
    found.connect((LOOPBACK, urlsplit(server.url).port))
    return found


def head(line: str, fields: str = "") -> bytes:
    return f"{line} HTTP/1.1\r\nHost: {LOOPBACK}\r\n{fields}\r\n".encode()


def status(connection: socket.socket) -> int:
    """Status of the next response; 0 if the connection is closed without one."""
    answer = connection.recv(65536)
    return int(answer.split()[1]) if answer else 0


def status_of(server: Served, *sent: bytes) -> int:
    """Status of the response to the pieces, all of them or as many as the server accepts."""
    with connect(server) as connection:
        with suppress(OSError):
            for piece in sent:
                connection.sendall(piece)
        return status(connection)


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until a condition holds; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline


def time_request(server: Served) -> tuple[int, float]:
    """Status of a cheap request to the API and the seconds that it took."""
    began = time.monotonic()
    return server.status("/api/v1/health/live"), time.monotonic() - began


def worker_memory(server: Served) -> dict[int, int]:
    """Peak memory of each process of the server in bytes since the last call, by process id."""
    found = {}
    for pid in (pid for pid, command in descendants(server.process.pid).items() if "granian" in command):
        text = Path(f"/proc/{pid}/status").read_text()
        found[pid] = int(text.partition("VmHWM:")[2].split()[0]) * 1024
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return found


@pytest.fixture(scope="module", autouse=True)
def silent(server: Served) -> Iterator[dict[str, socket.socket]]:
    """Connections that send nothing, half of a head, and nothing after a response; opened before the first test."""
    with ExitStack() as stack:
        found = {what: stack.enter_context(connect(server)) for what in ("nothing", "half a head", "nothing more")}
        found["half a head"].sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: 127")
        found["nothing more"].sendall(head("GET /api/v1/health/live"))
        with HTTPResponse(found["nothing more"]) as response:
            response.begin()
            assert response.read() == b'{"status":"alive"}'
        yield found


@pytest.fixture
def many_files() -> Iterator[None]:
    """Raises this process's limit of open files as far as the system allows."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], min(limits[1], 2 * MANY)), limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("many_files")
def test_api_answers_while_many_request_heads_are_incomplete(server: Served) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(connect(server)).sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: 127")
        for _ in range(20):
            answered, seconds = time_request(server)
            assert answered == 200
            assert seconds < 2


def log_in(server: Served, address: str = LOOPBACK) -> tuple[int, float]:
    """Status of an attempt to get a token from an address of this machine, and the seconds that it took."""
    began = time.monotonic()
    body = b'{"username": "ann", "password": "wrong"}'
    with connect(server, source=address) as connection:
        fields = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(head("POST /api/v1/auth/token", fields) + body)
        return status(connection), time.monotonic() - began


def check_that_all_is_answered(server: Served, address: str = LOOPBACK) -> None:
    """The API answers, and users can log in."""
    for _ in range(10):
        for answered, seconds in (time_request(server), log_in(server, address)):
            assert answered in {200, 401}
            assert seconds < 2


def send_half(server: Served, number: int, stack: ExitStack) -> list[socket.socket]:
    """Connections that have sent half of a form."""
    found = [stack.enter_context(connect(server)) for _ in range(number)]
    for each in found:
        each.sendall(head("POST /admin/login/", f"{FORM}Content-Length: 1000\r\n") + b"user")
    return found


def test_all_is_answered_while_some_bodies_of_the_same_address_are_missing(server: Served) -> None:
    with ExitStack() as stack:
        slow = send_half(server, BODY_PLACES // 2 - 1, stack)
        time.sleep(1)
        check_that_all_is_answered(server)
        slow[0].settimeout(BODY_SECONDS + 3)
        assert status(slow[0]) == 408


def test_all_is_answered_while_many_bodies_of_an_address_are_missing(server: Served) -> None:
    with ExitStack() as stack:
        send_half(server, 2 * BODY_PLACES, stack)
        time.sleep(0.5)
        check_that_all_is_answered(server, "127.0.0.2")


def test_all_is_answered_while_clients_do_not_read_large_files(server: Served) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(server, buffer=2048)) for _ in range(2 * FILE_PLACES)]
        for each in slow:
            each.sendall(head(f"GET {LARGEST_FILE}"))
        wait_until(lambda: server.status(LARGEST_FILE) == 503)
        check_that_all_is_answered(server)
        # They are cut off although they stay connected.
        wait_until(lambda: server.status(LARGEST_FILE) == 200, 2 * SWEEP_SECONDS * (SLOW_SWEEPS + 2))


@pytest.mark.parametrize("path", ["/api/v1/movies/1", "/admin/login/", "/", "/static/icon.svg"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_oversized_body_is_refused_and_not_held_in_memory(server: Served, method: str, path: str) -> None:
    before = worker_memory(server)
    for fields, expected in (("Content-Length: 100000000\r\n", 413), ("Transfer-Encoding: chunked\r\n", 411)):
        piece = MB if expected == 413 else b"%x\r\n%b\r\n" % (len(MB), MB)
        assert status_of(server, head(f"{method} {path}", FORM + fields), *[piece] * 100) == expected
    after = worker_memory(server)
    assert after.keys() == before.keys(), "a process of the server ended"
    assert max(after[pid] - before[pid] for pid in before) < 8_000_000


@pytest.mark.parametrize(
    "sent",
    [
        head("GET /api/v1/health/live", f"X-Long: {'y' * 1_000_000}\r\n"),
        head("GET /api/v1/health/live", "".join(f"X-Field-{number}: y\r\n" for number in range(1_000))),
        head(f"GET /api/v1/search/movies?q={'y' * 1_000_000}"),
    ],
    ids=["a long field", "many fields", "a long address"],
)
def test_oversized_head_is_refused(server: Served, sent: bytes) -> None:
    assert status_of(server, sent) in (414, 431)
    assert time_request(server)[0] == 200


def test_http2_is_not_spoken(server: Served) -> None:
    with connect(server) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert not connection.recv(100).startswith(b"\x00")


@pytest.mark.parametrize("what", ["nothing", "half a head", "nothing more"])
def test_silent_connections_are_closed(silent: dict[str, socket.socket], what: str) -> None:
    silent[what].settimeout(HEAD_TIMEOUT_SECONDS + 3)
    assert silent[what].recv(100) == b""

"""Connections whose clients keep them waiting are found by what the kernel knows, and ended; others are left alone."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from lambdaserve.middleware.connections import ANSWER_SECONDS, SLOW_SWEEPS, SlowTakers, connections, stop_waiting_for
from lambdaserve.server.embedded_stores import LOOPBACK

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what is needed")


class Door:
    """A listening socket, and both ends of connections to it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._listener = stack.enter_context(socket.create_server((LOOPBACK, 0)))

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """A client's end, which takes little, and the server's end of a new connection."""
        client = self._stack.enter_context(socket.socket())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(self._listener.getsockname())
        served = self._stack.enter_context(self._listener.accept()[0])
        served.settimeout(0.1)
        return client, served


@pytest.fixture
def door() -> Iterator[Door]:
    with ExitStack() as stack:
        yield Door(stack)


def fill(served: socket.socket) -> None:
    """Sends until the client has no more room."""
    with suppress(TimeoutError):
        while True:
            served.sendall(b"x" * 65536)


def is_ended(served: socket.socket) -> bool:
    """Whether nothing more comes by a connection from which all was read."""
    try:
        return served.recv(100) == b""
    except TimeoutError:
        return False


def test_connections_to_this_process_alone_are_seen(door: Door) -> None:
    client, _ = door.connect()
    peers = [each.peer for each in connections()]
    assert client.getsockname() in peers
    assert client.getpeername() not in peers, "the client's own end is not a client's"


def test_late_body_is_stopped_but_can_be_answered(door: Door) -> None:
    client, served = door.connect()
    client.sendall(b"part")
    assert served.recv(100) == b"part"
    time.sleep(0.3)
    assert stop_waiting_for(f"::ffff:{LOOPBACK}", 0.3) == 1, "a server that listens for IPv6 too says so"
    assert is_ended(served)
    served.sendall(b"answer")
    assert client.recv(100) == b"answer"


def test_connections_that_have_waited_for_another_time_are_left_alone(door: Door) -> None:
    client, served = door.connect()
    client.sendall(b"part")
    time.sleep(0.3)
    assert stop_waiting_for(LOOPBACK, 0.1) == 0, "it began earlier"
    assert stop_waiting_for(LOOPBACK, 1.0) == 0, "it began later"
    assert stop_waiting_for("10.0.0.1", 0.3) == 0, "it is another host's"
    assert served.recv(100) == b"part"
    assert not is_ended(served)


def test_idle_connections_are_left_alone(door: Door) -> None:
    client, served = door.connect()
    client.sendall(b"request")
    time.sleep(0.1)
    served.sendall(b"answer")
    time.sleep(0.3)
    assert stop_waiting_for(LOOPBACK, 0.3) == 0


def test_beyond_the_time_of_answers_all_that_wait_as_long_are_stopped(door: Door) -> None:
    ends = [door.connect() for _ in range(2)]
    time.sleep(0.3)
    for client, _ in ends:
        client.sendall(b"part")
    time.sleep(ANSWER_SECONDS)
    assert stop_waiting_for(LOOPBACK, ANSWER_SECONDS) == 2


def test_client_that_takes_nothing_is_cut_off_after_some_sweeps(door: Door) -> None:
    _, served = door.connect()
    fill(served)
    takers, ended = SlowTakers(), []
    for _ in range(SLOW_SWEEPS + 1):
        ended.append(takers.sweep(time.monotonic()))
        time.sleep(0.1)
    assert ended == [0] * SLOW_SWEEPS + [1]


def test_client_that_takes_what_it_gets_stays_connected(door: Door) -> None:
    client, served = door.connect()
    takers = SlowTakers()
    for _ in range(SLOW_SWEEPS + 2):
        served.sendall(b"x" * 500)
        assert client.recv(1000)
        time.sleep(0.05)
        assert takers.sweep(time.monotonic()) == 0


def test_files_that_are_no_sockets_keep_their_locks(tmp_path: Path) -> None:
    with (tmp_path / "db.sqlite3").open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        list(connections())
        look = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        other = subprocess.run([sys.executable, "-c", look, file.name], capture_output=True, text=True, check=False)
        assert "BlockingIOError" in other.stderr

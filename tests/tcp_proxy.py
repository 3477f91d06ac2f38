"""A TCP proxy on 127.0.0.1 that a test can make slow, silent, broken or absent while the server behind it runs on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
_CHUNK = 65_536
_POLL_SECONDS = 0.05
"""Between two checks of a blocked thread whether it should go on."""


class TcpProxy:
    """Passes bytes between its callers and one server; a context manager that ends all its threads.

    Args:
        port: of the server, on 127.0.0.1.

    Attributes:
        delay: seconds for which every chunk from the server is held back; may be changed at any time.
        silent: while set, the server's bytes are held back.
        swallowed: callers' chunks with these bytes are dropped, so that they get no answer; empty: none.
        severed: connections that carry a chunk with these bytes are closed; empty: none.
        connections: number of callers accepted so far.
        chunks: number of callers' chunks seen so far, about one per request.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self.delay = 0.0
        self.silent = False
        self.swallowed = b""
        self.severed = b""
        self.connections = 0
        self.chunks = 0
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.port = 0
        self.accept()

    def accept(self) -> None:
        """Accepts callers, on the same port as before a ``refuse``."""
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, self.port))
            listener.listen(256)
        except OSError:
            listener.close()
            raise
        listener.settimeout(_POLL_SECONDS)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._acceptor = self._start(self._accept_callers, listener)

    def refuse(self) -> None:
        """Refuses new callers, as a port without a listener does, and cuts the connections it has."""
        listener, self._listener = self._listener, None
        if listener is not None:
            _close(listener)
            # The port is free only once the accepting thread has ended.
            self._acceptor.join(5)
        self.cut()

    def cut(self) -> None:
        """Closes every connection; new callers are still accepted."""
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            _close(connection)

    def close(self) -> None:
        """Closes the proxy and ends all its threads."""
        self._over.set()
        self.refuse()
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, name="tcp-proxy", daemon=True)
        with self._lock:
            # Started inside the lock: a thread that has not started is not alive, and would be dropped.
            thread.start()
            self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        return thread

    def _accept_callers(self, listener: socket.socket) -> None:
        while listener is self._listener:
            try:
                caller, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            # In a thread of its own: a server that is slow to accept one caller must not hold up the next.
            self._start(self._connect, caller, listener)

    def _connect(self, caller: socket.socket, listener: socket.socket) -> None:
        try:
            server = socket.create_connection((LOOPBACK, self._server_port), timeout=5)
        except OSError:
            _close(caller)
            return
        for connection in (caller, server):
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            is_wanted = listener is self._listener
            if is_wanted:
                self._open |= {caller, server}
        if not is_wanted:
            self._end(caller, server)
            return
        self._start(self._to_caller, server, caller)
        self._to_server(caller, server)

    def _to_server(self, caller: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := caller.recv(_CHUNK):
                self.chunks += 1
                if self.severed and self.severed in chunk:
                    break
                if not self.swallowed or self.swallowed not in chunk:
                    server.sendall(chunk)
        self._end(caller, server)

    def _to_caller(self, server: socket.socket, caller: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := server.recv(_CHUNK):
                if self.delay:
                    self._over.wait(self.delay)
                while self.silent and not self._over.wait(_POLL_SECONDS):
                    pass
                caller.sendall(chunk)
        self._end(caller, server)

    def _end(self, *connections: socket.socket) -> None:
        with self._lock:
            self._open.difference_update(connections)
        for connection in connections:
            _close(connection)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)  # wakes up threads that wait in ``recv``
    connection.close()

"""A steady load of an open loop: requests are sent when they are due, whether or not others were answered."""

from __future__ import annotations

import http.client
import select
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from lambdaserve.server.embedded_stores import LOOPBACK
from tests.integration.faults.figures import Sample
from tests.integration.faults.judge import Reply

CONNECTIONS = 160
"""Keep-alive connections, each a thread's own: enough that every request of a deadline's length may be under way."""

GIVEN_UP_AFTER = 8.0
"""Seconds of silence after which a caller hangs up."""

JSON: Mapping[str, str] = MappingProxyType({"Accept": "application/json"})


class Question(NamedTuple):
    """A request to be sent.

    Attributes:
        key: its kind.
        path: with its query.
        headers: of HTTP.
        method: of HTTP.
        body: of a method that has one.
    """

    key: str
    path: str
    headers: Mapping[str, str] = JSON
    method: str = "GET"
    body: bytes | None = None


Choose = Callable[[], Question]


@dataclass
class Load:
    """Sends requests to a server at a steady rate until it is stopped.

    Args:
        port: of the server, on 127.0.0.1.
        rate: requests per second.
        choose: what is asked next; called by one thread at a time.
        note: called with every finished request, in its thread; ``None``: they are kept in ``samples``.

    Attributes:
        samples: every request that has come to an end.
    """

    port: int
    rate: float
    choose: Choose
    note: Callable[[Sample], None] | None = None
    samples: list[Sample] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: float = 0.0
    _taken: int = 0

    def start(self) -> float:
        """Starts sending; returns the moment, in monotonic seconds."""
        self._started = time.monotonic() + 0.05
        self._threads = [threading.Thread(target=self._keep_asking, daemon=True) for _ in range(CONNECTIONS)]
        for thread in self._threads:
            thread.start()
        return self._started

    def stop(self) -> float:
        """Stops sending and waits for requests in progress; returns the moment."""
        self._over.set()
        ended = time.monotonic()
        for thread in self._threads:
            thread.join(2 * GIVEN_UP_AFTER)
        return ended

    def _next(self) -> tuple[float, Question]:
        with self._lock:
            due = self._started + self._taken / self.rate
            self._taken += 1
            return due, self.choose()

    def _keep_asking(self) -> None:
        caller, note = Caller(self.port), self.note or self.samples.append
        while not self._over.is_set():
            due, question = self._next()
            if self._over.wait(max(0.0, due - time.monotonic())):
                break
            note(caller.send(question, due))
        caller.close()


class Caller:
    """One client with a keep-alive connection; it never repeats a request by itself."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=GIVEN_UP_AFTER)

    def ask(self, key: str, path: str) -> Sample:
        """Sends a GET and reads all of the answer."""
        return self.send(Question(key, path))

    def send(self, question: Question, due: float | None = None) -> Sample:
        """Sends a request and reads all of the answer."""
        self._look()
        key, path = question.key, question.path
        sent, began = time.monotonic(), False
        try:
            self._connection.request(question.method, path, question.body, dict(question.headers))
            response = self._connection.getresponse()
            began = True
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            took = time.monotonic() - sent
            return Sample(key, path, due or sent, sent, took, Reply(0), began, type(error).__name__)
        took = time.monotonic() - sent
        headers = response.headers
        reply = Reply(
            status=response.status,
            content_type=(headers.get("Content-Type") or "").partition(";")[0],
            cache=headers.get("X-Cache") or "",
            retry_after=headers.get("Retry-After") or "",
            body=body,
        )
        return Sample(key, path, due or sent, sent, took, reply)

    def _look(self) -> None:
        """Drops a connection that the server has closed, as every client's pool does before it reuses one."""
        line = self._connection.sock
        if line is not None and select.select([line], [], [], 0)[0]:
            self.close()

    def close(self) -> None:
        """Closes the connection; the next request opens a new one."""
        self._connection.close()

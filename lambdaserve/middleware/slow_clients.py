"""Bounds what slow clients can hold: neither the threads that answer nor a worker's memory.

The server hands a request to a thread as soon as its head has arrived. A thread that reads the body waits as long as
the client takes to send it, and so does one that sends a long file piece by piece. Both have places of their own, with
threads of their own, so that ``THREADS`` others go on answering. A body that is late loses its place: after
``BODY_SECONDS``, or as soon as another needs it. Clients that take nothing of an answer are cut off.

Requirement S5.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase

from lambdaserve.access.ratelimit.client_address import client_address
from lambdaserve.api.problems import Problem, refusal, retry_in
from lambdaserve.middleware.api_lane import GetResponse
from lambdaserve.middleware.connections import ANSWER_SECONDS, SlowTakers, stop_waiting_for
from lambdaserve.server.capacity import BODY_PLACES, FILE_PLACES
from merger.background.loop import Every, keep_running

BODY_SECONDS: Final = 10.0
"""Longest time for a body to arrive. It may have 256 KiB, so this is a least rate as well."""

LATE_SECONDS: Final = 0.25
"""Age from which on a body gives way to another one: bodies usually come with their heads."""

SLOT_TIMEOUT_SECONDS: Final = 0.05
"""Longest wait for a place; a late body gives way within some milliseconds."""

LONG_FILE_BYTES: Final = 512 * 1024
"""From this size on a file is sent in pieces."""

PIECE_BYTES: Final = 64 * 1024

SWEEP_SECONDS: Final = 5.0
"""Time between two looks at the clients that don't take their answers."""

BUSY_RETRY_AFTER: Final = 5
"""Seconds after which a place may be free."""

_MOST_DIGITS: Final = 18
"""Python refuses to read thousands of digits."""

_METHODS_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class SlowClients:
    """Reads request bodies before the view does, and limits how many threads wait for slow clients.

    A body larger than ``DATA_UPLOAD_MAX_MEMORY_SIZE``, or without ``Content-Length``, is refused unread.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._answering = answering_slots()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The rest of the chain's response, or a refusal."""
        meta = request.META
        if meta.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in meta:
            problem = _read_body(request)
            if problem is not None:
                return refusal(request, problem)
        slot = self._answering.get()
        try:
            response = self._get_response(request)
        finally:
            self._answering.put(slot)
        return _bound_file(request, response) if isinstance(response, FileResponse) else response


@dataclass(slots=True, eq=False)
class _Wait:
    """A body on its way: its client, the host that it comes through, its start, and whether it lost its place."""

    client: str
    host: str
    since: float
    gives_way: bool = False


class BodyPlaces:
    """Places for bodies on their way: of a client half of them at most. A late body gives way to a newcomer.

    Args:
        number: how many there are.
        stop: ends the wait for connections of a host that have been unanswered for so many seconds; returns how many.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(
        self,
        number: int,
        stop: Callable[[str, float], int] = stop_waiting_for,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._number, self._of_a_client = number, max(1, number // 2)
        self._stop, self._monotonic = stop, monotonic
        self._changed = threading.Condition()
        self._waits: set[_Wait] = set()

    @contextmanager
    def hold(self, client: str, host: str) -> Iterator[bool]:
        """Holds a place for the block; false if none could be had within ``SLOT_TIMEOUT_SECONDS``.

        Args:
            client: address of the client.
            host: IP address of its connection: its own, or that of the proxy that passes it on.
        """
        with self._changed:
            wait = _Wait(client, host, self._monotonic())
            held = self._is_free(client)
            if held:
                self._waits.add(wait)
        if not held:
            self._make_room(client)
            with self._changed:
                held = self._changed.wait_for(lambda: self._is_free(client), SLOT_TIMEOUT_SECONDS)
                if held:
                    self._waits.add(wait)
        try:
            yield held
        finally:
            with self._changed:
                self._waits.discard(wait)
                self._changed.notify_all()

    def end_overdue(self) -> None:
        """Ends the wait for bodies that are older than ``BODY_SECONDS``."""
        now = self._monotonic()
        with self._changed:
            hosts = {each.host for each in self._waits if now - each.since >= BODY_SECONDS}
        for host in hosts:
            self._stop(host, BODY_SECONDS)

    def _is_free(self, client: str) -> bool:
        return len(self._waits) < self._number and self._number_of(client) < self._of_a_client

    def _number_of(self, client: str) -> int:
        return sum(each.client == client for each in self._waits)

    def _make_room(self, newcomer: str) -> None:
        """Ends the oldest wait of the newcomer, if it has all its places, else of the client that has most."""
        now = self._monotonic()
        with self._changed:
            own = self._number_of(newcomer) >= self._of_a_client
            late = [
                each
                for each in self._waits
                if now - each.since >= (ANSWER_SECONDS if each.gives_way else LATE_SECONDS)
                and (each.client == newcomer or not own)
            ]
            if not late:
                return
            oldest = min(late, key=lambda each: (-self._number_of(each.client), each.since))
            oldest.gives_way = True
        if not self._stop(oldest.host, now - oldest.since):
            oldest.gives_way = False


class _Pieces:
    """A file's content in pieces; holds a place until the client has taken them."""

    def __init__(self, content: Iterator[bytes], places: threading.BoundedSemaphore) -> None:
        self._content = content
        self._places: threading.BoundedSemaphore | None = places

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def close(self) -> None:
        """Releases the place; Django calls it when the response is over."""
        places, self._places = self._places, None
        if places is not None:
            places.release()


@cache
def answering_slots() -> SimpleQueue[int]:
    """Slots for the threads that answer, ``THREADS`` of them; the others of a worker wait for slow clients.

    A queue, since it costs a request a tenth of what a semaphore does.
    """
    slots: SimpleQueue[int] = SimpleQueue()
    for number in range(settings.THREADS):
        slots.put(number)
    return slots


@cache
def body_places() -> BodyPlaces:
    """Places of this process for bodies on their way."""
    return BodyPlaces(BODY_PLACES)


@cache
def _file_places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(FILE_PLACES)


def watch_slow_clients() -> None:
    """Starts the thread that cuts slow clients off."""
    takers = SlowTakers()
    tasks = [body_places().end_overdue, Every(SWEEP_SECONDS, lambda: _sweep(takers))]
    threading.Thread(target=keep_running, args=(tasks, threading.Event()), name="slow clients", daemon=True).start()


def _sweep(takers: SlowTakers) -> None:
    takers.sweep(time.monotonic())


def _read_body(request: HttpRequest) -> Problem | None:
    """Reads the body into memory; returns a problem if it is not acceptable or does not arrive."""
    meta, most = request.META, settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length: str = meta.get("CONTENT_LENGTH", "")
    if "HTTP_TRANSFER_ENCODING" in meta:
        return Problem(411, "A request with a body needs a Content-Length header.")
    if length.isdecimal() and (len(length) > _MOST_DIGITS or int(length) > most):
        return Problem(413, f"The request body is too large; the limit is {most} bytes.")
    if request.method in _METHODS_WITHOUT_BODY:
        return None  # no view reads it
    if not length.isdecimal():
        return Problem(400, "Content-Length must be a number.")
    host = meta.get("REMOTE_ADDR", "")
    client = client_address(host, meta.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES)
    with body_places().hold(client, host) as held:
        if not held:
            return _busy()
        try:
            arrived = len(request.body)  # Django reads it now and keeps it
        except UnreadablePostError:
            return Problem(400, "The request body is incomplete.")
    if arrived < int(length):
        return Problem(408, "The request body did not arrive in time.")
    return None


def _bound_file(request: HttpRequest, response: FileResponse) -> HttpResponseBase:
    """The file in one piece if it is short, else in pieces if a place is free, else a refusal."""
    if response.file_to_stream is None:
        return response  # headers only
    response.block_size = PIECE_BYTES
    if int(response.headers["Content-Length"]) < LONG_FILE_BYTES:
        response.streaming_content = [b"".join(response)]
        return response
    places = _file_places()
    if not places.acquire(blocking=False):
        response.close()
        return refusal(request, _busy())
    response.streaming_content = _Pieces(iter(response), places)
    return response


def _busy() -> Problem:
    detail = f"Too many slow clients are being served at the moment; try again in {BUSY_RETRY_AFTER} s."
    return Problem(503, detail, "busy", "Too many slow clients", headers=retry_in(BUSY_RETRY_AFTER))

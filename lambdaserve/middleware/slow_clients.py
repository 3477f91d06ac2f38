"""Bounds what slow clients can hold: neither all threads of a worker nor its memory.

The server hands a request to a thread as soon as its head has arrived. A thread that reads the body waits as long as
the client takes to send it, and so does one that sends a long file piece by piece. At most half of a worker's threads
may wait like this; the others keep answering. The time itself must be limited by a proxy in front.

Requirement S5.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase

from lambdaserve.api.problems import Problem, refusal, retry_in
from lambdaserve.middleware.api_lane import GetResponse

SLOT_TIMEOUT_SECONDS: Final = 0.02
"""Longest wait for a slot. Slots are free within it unless clients are slow: a body usually comes with its head."""

LONG_FILE_BYTES: Final = 512 * 1024
"""From this size on a file is sent in pieces."""

PIECE_BYTES: Final = 64 * 1024

BUSY_RETRY_AFTER: Final = 5
"""Seconds after which a slot may be free."""

_MOST_DIGITS: Final = 18
"""Python refuses to read thousands of digits."""

_METHODS_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class SlowClients:
    """Reads request bodies before the view does, and limits how many threads wait for slow clients.

    A body larger than ``DATA_UPLOAD_MAX_MEMORY_SIZE``, or without ``Content-Length``, is refused unread.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The rest of the chain's response, or a refusal."""
        meta = request.META
        if meta.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in meta:
            problem = _read_body(request)
            if problem is not None:
                return refusal(request, problem)
        response = self._get_response(request)
        return _bound_file(request, response) if isinstance(response, FileResponse) else response


class _Pieces:
    """A file's content in pieces; holds a slot until the client has taken them."""

    def __init__(self, content: Iterator[bytes], slots: threading.BoundedSemaphore) -> None:
        self._content = content
        self._slots: threading.BoundedSemaphore | None = slots

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def close(self) -> None:
        """Releases the slot; Django calls it when the response is over."""
        slots, self._slots = self._slots, None
        if slots is not None:
            slots.release()


@cache
def _slots() -> threading.BoundedSemaphore:
    """Slots for requests that wait for their clients: half of a worker's threads, at least one."""
    return threading.BoundedSemaphore(max(1, settings.THREADS // 2))


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
    slots = _slots()
    if not slots.acquire(timeout=SLOT_TIMEOUT_SECONDS):
        return _busy()
    try:
        request.body  # noqa: B018 - Django reads it now and keeps it
    except UnreadablePostError:
        return Problem(400, "The request body is incomplete.")
    finally:
        slots.release()
    return None


def _bound_file(request: HttpRequest, response: FileResponse) -> HttpResponseBase:
    """The file in one piece if it is short, else in pieces if a slot is free, else a refusal."""
    if response.file_to_stream is None:
        return response  # headers only
    response.block_size = PIECE_BYTES
    if int(response.headers["Content-Length"]) < LONG_FILE_BYTES:
        response.streaming_content = [b"".join(response)]
        return response
    slots = _slots()
    if not slots.acquire(timeout=SLOT_TIMEOUT_SECONDS):
        response.close()
        return refusal(request, _busy())
    response.streaming_content = _Pieces(iter(response), slots)
    return response


def _busy() -> Problem:
    detail = f"Too many slow clients are being served at the moment; try again in {BUSY_RETRY_AFTER} s."
    return Problem(503, detail, "busy", "Too many slow clients", headers=retry_in(BUSY_RETRY_AFTER))

"""Callers that send or take slowly, or much: they hold neither every thread of a worker nor its memory (S5).

The server hands a request to a thread when its head is there. Whoever reads the body waits for the caller, for as long
as the caller likes, and so does whoever sends a long answer piece by piece. Half of a worker's threads may wait so, the
others go on answering. To bound the time itself is for the proxy in front, which knows connections.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase

from lambdaserve.api.problems import Problem, refusal
from lambdaserve.middleware.api_lane import GetResponse

AT_ONCE: Final = 0.02
"""Seconds within which a place is free where nobody is slow: a body comes with its head, as a rule."""

LONG: Final = 512 * 1024
"""Bytes from which on a file is sent piece by piece."""

PIECE: Final = 64 * 1024
"""Bytes of such a piece."""

BUSY_RETRY_AFTER: Final = 5
"""Seconds after which a place may be free."""

_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class SlowClients:
    """Reads bodies before anybody asks for them, and sees to it that files are sent without waiting.

    A body of more than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` is refused unread, and so is one that doesn't say its length.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The rest of the chain's response, or a refusal."""
        meta = request.META
        if meta.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in meta:
            problem = _trouble_with_body(request)
            if problem is not None:
                return refusal(request, problem)
        response = self._get_response(request)
        return _sendable(request, response) if isinstance(response, FileResponse) else response


class _Pieces:
    """A file's content in pieces, and the place of whoever waits until they are taken."""

    def __init__(self, content: Iterator[bytes], places: threading.BoundedSemaphore) -> None:
        self._content = content
        self._places: threading.BoundedSemaphore | None = places

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def close(self) -> None:
        """Gives the place back; Django calls it when the response is over."""
        places, self._places = self._places, None
        if places is not None:
            places.release()


@cache
def _places() -> threading.BoundedSemaphore:
    """For half of a worker's threads, one at least."""
    return threading.BoundedSemaphore(max(1, settings.THREADS // 2))


def _trouble_with_body(request: HttpRequest) -> Problem | None:
    """Reads the body; a problem where it can't be had."""
    meta, most = request.META, settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length: str = meta.get("CONTENT_LENGTH", "")
    if "HTTP_TRANSFER_ENCODING" in meta:
        return Problem(411, "A body says its length in Content-Length.")
    if length.isdecimal() and int(length) > most:
        return Problem(413, f"A body has {most} bytes at most.")
    if request.method in _WITHOUT_BODY:
        return None  # nobody will read it
    if not length.isdecimal():
        return Problem(400, "Content-Length takes a number.")
    places = _places()
    if not places.acquire(timeout=AT_ONCE):
        return _busy()
    try:
        request.body  # noqa: B018 - Django reads it now and keeps it
    except UnreadablePostError:
        return Problem(400, "The body did not come whole.")
    finally:
        places.release()
    return None


def _sendable(request: HttpRequest, response: FileResponse) -> HttpResponseBase:
    """The file in one piece where it is short, else in some, if there is a place."""
    if response.file_to_stream is None:
        return response  # nothing but a head
    response.block_size = PIECE
    if int(response.headers["Content-Length"]) < LONG:
        response.streaming_content = [b"".join(response)]
        return response
    places = _places()
    if not places.acquire(timeout=AT_ONCE):
        response.close()
        return refusal(request, _busy())
    response.streaming_content = _Pieces(iter(response), places)
    return response


def _busy() -> Problem:
    return Problem(
        503,
        f"Slow callers take up what there is for long requests; try again in {BUSY_RETRY_AFTER} s.",
        "busy",
        "Too many slow callers",
        headers={"Retry-After": str(BUSY_RETRY_AFTER)},
    )

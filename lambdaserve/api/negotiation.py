"""Content negotiation whose result is cached per ``Accept`` header; browsers get their JSON indented.

Requirement A6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

INDENTED: Final = "application/json; indent=2"
"""Media type of JSON for people, with REST framework's parameter for it."""

_JSON, _PAGE = "application/json", "text/html"
_MAX_CACHED_HEADERS, _MAX_CACHED_CHARACTERS = 256, 256
"""Bounds of the cache: clients may send any number of headers, of any length."""


class CachedNegotiation(DefaultContentNegotiation):
    """Applies REST framework's rules and caches their result per header and set of renderers.

    Where JSON is offered first, a client that would rather have a page gets it indented.
    """

    _cache: dict[tuple[Any, ...], tuple[int, str]] = {}  # noqa: RUF012 - shared by every request on purpose

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Selects the renderer and the media type of the response.

        Raises:
            NotAcceptable: no renderer fits; this result is not cached.
        """
        offered = list(renderers)
        accepted = request.META.get("HTTP_ACCEPT", "*/*")
        key = (accepted, format_suffix, *map(type, offered))
        selected = self._cache.get(key)
        if selected is None:
            if offered[0].media_type == _JSON and _PAGE in accepted and _is_page_preferred(request):
                renderer, media_type = offered[0], INDENTED
            else:
                renderer, media_type = super().select_renderer(request, offered, format_suffix)
            selected = offered.index(renderer), media_type
            if len(accepted) <= _MAX_CACHED_CHARACTERS and len(self._cache) < _MAX_CACHED_HEADERS:
                self._cache[key] = selected
        return offered[selected[0]], selected[1]


def is_indented(request: HttpRequest | Request) -> bool:
    """Whether JSON for this request is to be indented."""
    return getattr(request, "accepted_media_type", None) == INDENTED


def indent(body: bytes) -> bytes:
    """The same JSON, indented."""
    return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _is_page_preferred(request: Request) -> bool:
    return request.get_preferred_type([_JSON, _PAGE]) == _PAGE

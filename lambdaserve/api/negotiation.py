"""Content negotiation whose result is cached per ``Accept`` header."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_MAX_CACHED_HEADERS, _MAX_CACHED_CHARACTERS = 256, 256
"""Bounds of the cache: clients may send any number of headers, of any length."""


class CachedNegotiation(DefaultContentNegotiation):
    """Applies REST framework's rules and caches their result per header and set of renderers."""

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
            renderer, media_type = super().select_renderer(request, offered, format_suffix)
            selected = offered.index(renderer), media_type
            if len(accepted) <= _MAX_CACHED_CHARACTERS and len(self._cache) < _MAX_CACHED_HEADERS:
                self._cache[key] = selected
        return offered[selected[0]], selected[1]

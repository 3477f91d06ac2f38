"""Content negotiation that is worked out once per ``Accept`` header."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_MOST_REMEMBERED, _LONGEST_REMEMBERED = 256, 256
"""Headers, and characters of one: clients send what they like."""


class RememberedNegotiation(DefaultContentNegotiation):
    """REST framework's rules; what they gave for a header and a set of renderers is given again."""

    _remembered: dict[tuple[Any, ...], tuple[int, str]] = {}  # noqa: RUF012 - shared by every request on purpose

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and the media type to answer with.

        Raises:
            NotAcceptable: none of them will do; that is worked out each time.
        """
        offered = list(renderers)
        accepted = request.META.get("HTTP_ACCEPT", "*/*")
        key = (accepted, format_suffix, *map(type, offered))
        found = self._remembered.get(key)
        if found is None:
            renderer, media_type = super().select_renderer(request, offered, format_suffix)
            found = offered.index(renderer), media_type
            if len(accepted) <= _LONGEST_REMEMBERED and len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[key] = found
        return offered[found[0]], found[1]

"""A shared HTTP cache that keeps everything RFC 9111 allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class SharedCache:
    """Keeps every response it may, for ever, and serves it to any caller that requests the same.

    Attributes:
        hits: responses that came from it.
    """

    def __init__(self) -> None:
        self.hits = 0
        self._kept: list[tuple[str, dict[str, str | None], Any]] = []

    def serve(self, address: str, request: Mapping[str, str], response: Any) -> Any:
        """Returns what a caller gets through it: a kept response, else the given one, which it keeps if it may.

        Args:
            address: that is requested.
            request: headers.
            response: of the service to that request.
        """
        sent = {name.lower(): value for name, value in request.items()}
        for kept_for, selecting, kept in self._kept:
            if kept_for == address and all(sent.get(name) == value for name, value in selecting.items()):
                self.hits += 1
                return kept
        if self._may_keep(sent, response):
            names = [name for name in re.split(r"[,\s]+", response.headers.get("Vary", "").lower()) if name]
            if "*" not in names:
                self._kept.append((address, {name: sent.get(name) for name in names}, response))
        return response

    @staticmethod
    def _may_keep(sent: Mapping[str, str], response: Any) -> bool:
        control = response.headers.get("Cache-Control", "").lower()
        directives = {part.strip().partition("=")[0] for part in control.split(",")}
        if directives & {"no-store", "private", "no-cache"}:
            return False
        if "authorization" in sent and not directives & {"public", "s-maxage", "must-revalidate"}:
            return False
        # A response without a lifetime may be given one if its status allows that (RFC 9110, 15.1).
        lives = bool(directives & {"public", "max-age", "s-maxage"})
        return lives or response.status_code in (200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501)

"""Addresses of real posters, where ``POSTER_URL`` names a place of them; a title card stands for all others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from lambdaserve.config.kinds import ImageAddress

_LONGEST: Final = 300
_SAFE_PATH: Final = re.compile(r"/?(?P<path>(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/){0,8}[A-Za-z0-9_-][A-Za-z0-9._-]*)")
"""What a document may name: folders and a file, none of which begins with a dot; no scheme, host or query."""


def poster_url(movie: Mapping[str, Any]) -> str:
    """Returns the address of a movie's poster; empty without ``POSTER_URL``, or a path that it needs and that is safe.

    Args:
        movie: with a ``movie_id``, and perhaps a ``poster_path``.
    """
    place: ImageAddress | None = settings.POSTER_URL
    if place is None:
        return ""
    named = movie.get("poster_path")
    found = _SAFE_PATH.fullmatch(named) if isinstance(named, str) and len(named) <= _LONGEST else None
    if found is None and "{poster_path}" in place.template:
        return ""
    path = found["path"] if found else ""
    return place.template.replace("{movie_id}", str(int(movie["movie_id"]))).replace("{poster_path}", path)

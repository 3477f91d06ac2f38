"""Reads where a hook is: a command line, or a URL."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple
from urllib.parse import urlsplit

_SAFE = re.compile(r"[\x21-\x7e]+")


class Url(NamedTuple):
    """A URL that can be asked.

    Attributes:
        is_secure: whether it is ``https``.
        host: without brackets.
        port: of the connection.
        path: with its query.
    """

    is_secure: bool
    host: str
    port: int
    path: str


def parse_target(text: str) -> Url | tuple[str, ...]:
    """Reads the setting ``RUN_HOOK``: a URL, or a command as a list of its words.

    Raises:
        ValueError: it is neither.
    """
    if "://" in text.split(maxsplit=1)[0]:
        return _url(text)
    words = tuple(shlex.split(text))
    if not words or not words[0] or "\0" in text:
        raise ValueError(text)
    return words


def _url(text: str) -> Url:
    parts = urlsplit(text)
    is_plain = _SAFE.fullmatch(text) and "@" not in parts.netloc and not parts.fragment and "\\" not in text
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
        raise ValueError(text)
    is_secure = parts.scheme == "https"
    port = (443 if is_secure else 80) if parts.port is None else parts.port
    if not port:
        raise ValueError(text)
    query = f"?{parts.query}" if parts.query else ""
    return Url(is_secure, parts.hostname, port, (parts.path or "/") + query)

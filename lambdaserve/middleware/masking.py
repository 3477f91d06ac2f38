"""Masks what may be a credential in addresses before they are logged: by a parameter's name and by a value's look.

Pure. Requirement O2.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

MASK: Final = "***"

_NAMES = re.compile(r"auth|bearer|code|cookie|credential|csrf|jwt|key|otp|passw|pwd|secret|session|sig|ticket|token")
_VALUES = re.compile(
    r"eyJ[\w-]+\.[\w.-]+"  # a JSON Web Token
    r"|ls[0-9a-f]{10}\.[\w-]+"  # an API key of this service
    r"|(?=[\w+=-]*[0-9])(?=[\w+=-]*[A-Za-z])(?:[\w+=-]{32,}|(?=[\w+=-]*[A-Z])(?=[\w+=-]*[a-z])[\w+=-]{20,})",
    re.ASCII,
)
"""Values that look random: long, with letters and figures. Ids of stored documents, 24 hexadecimal digits, do not."""

_LONG = re.compile(r"[\w+=-]{16}|ls[0-9a-f]{10}\.", re.ASCII)
"""A part of every such value, found fast: most requests have none."""

_MOST_DECODINGS = 3
"""A name may be encoded more than once on its way through proxies."""


def mask_path(path: str) -> str:
    """A path with whatever looks like a credential masked."""
    return _VALUES.sub(MASK, path) if _LONG.search(path) else path


def mask_query(query: str) -> str:
    """A query string with the values masked that may be credentials.

    Args:
        query: encoded as it came; ``;`` separates parameters as ``&`` does.
    """
    if not ("%" in query or _NAMES.search(query.lower()) or _LONG.search(query)):
        return query
    return "".join(part if part in ("&", ";") else _mask_parameter(part) for part in re.split("([&;])", query))


def _mask_parameter(part: str) -> str:
    name, equals, value = part.partition("=")
    if equals and _NAMES.search(_decode(name).lower()):
        return f"{name}={MASK}"
    decoded = _decode(value if equals else name)
    if not _VALUES.search(decoded):
        return part
    return f"{name}={MASK}" if equals else MASK


def _decode(text: str) -> str:
    for _ in range(_MOST_DECODINGS):
        if "%" not in text:
            break
        text = unquote_plus(text)
    return text

"""A movie's facts in words: its language, its decade, and whether its overview says more than they do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf.locale import LANG_INFO

_OTHER_LANGUAGES: Final = {
    "cn": "Cantonese",
    "he": "Hebrew",
    "la": "Latin",
    "ps": "Pashto",
    "tl": "Tagalog",
    "zh": "Chinese",
}
"""Names that the framework lacks, and TMDB's own codes."""

_WORD: Final = re.compile(r"\w+")
_FILLING: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "by",
        "directed",
        "featuring",
        "film",
        "from",
        "in",
        "movie",
        "of",
        "released",
        "starring",
        "the",
        "with",
    ]
)


def language(code: str | None) -> str | None:
    """Returns a language's English name; ``None`` for an unknown code."""
    key = (code or "").casefold()
    name = LANG_INFO.get(key, {}).get("name") or _OTHER_LANGUAGES.get(key)
    return None if name is None else str(name)


def decade_of(release_date: str | None) -> int | None:
    """Returns the first year of a movie's decade; ``None``: unknown."""
    return int(release_date[:4]) // 10 * 10 if release_date else None


def story_of(details: Mapping[str, Any]) -> str | None:
    """Returns a movie's overview; ``None`` where it only repeats other facts of the page."""
    overview = details.get("overview")
    known = _words([details.get("title"), details.get("release_date"), *_names(details)])
    return overview if overview and _words([overview]) - known - _FILLING else None


def _names(details: Mapping[str, Any]) -> Iterable[str]:
    return (name for key in ("genres", "directors", "cast") for name in details.get(key) or ())


def _words(texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(word for text in texts if text for word in _WORD.findall(text.casefold()))

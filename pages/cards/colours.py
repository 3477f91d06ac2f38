"""Colours of title cards: one hue for each genre, in two depths on which light text can be read. Pure."""

from __future__ import annotations

import hashlib
import math
from typing import Final

INK: Final = "#fffaf0"
"""Colour of the text on every card."""

_HUES: Final = {
    "action": 30,
    "adventure": 65,
    "animation": 350,
    "comedy": 90,
    "crime": 5,
    "documentary": 170,
    "drama": 255,
    "family": 135,
    "fantasy": 315,
    "foreign": 190,
    "history": 75,
    "horror": 20,
    "music": 335,
    "mystery": 285,
    "romance": 0,
    "science fiction": 215,
    "tv movie": 235,
    "thriller": 270,
    "war": 115,
    "western": 50,
}
_NEUTRAL: Final = 240
_DARK, _DEEP, _BRIGHT = (0.22, 0.055), (0.30, 0.075), (0.52, 0.135)
"""Lightness and chroma of what lies beside a card, of its ground, and of what is drawn on it."""


def hue_of(genre: str | None) -> int:
    """Returns the hue of a genre in degrees: a chosen one, or one from its name."""
    if genre is None:
        return _NEUTRAL
    key = genre.casefold()
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=2).digest()
    return _HUES.get(key, int.from_bytes(digest) % 360)


def dark(hue: int) -> str:
    """The colour of what lies beside a card."""
    return _hex(*_DARK, hue)


def deep(hue: int) -> str:
    """The colour of a card's ground."""
    return _hex(*_DEEP, hue)


def bright(hue: int) -> str:
    """The colour of what is drawn on the ground."""
    return _hex(*_BRIGHT, hue)


def _hex(lightness: float, chroma: float, hue: int) -> str:
    """Converts an OKLCH colour, whose lightness is the eye's, to sRGB (https://bottosson.github.io/posts/oklab/)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _encode(min(1.0, max(0.0, part)))):02x}" for part in linear)


def _encode(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055

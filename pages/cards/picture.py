"""Makes PNG of a drawn card, for the sites that show no SVG beside a link.

The letters are of the font beside this module, which covers Latin, Greek and Cyrillic; others are of the machine's own
fonts, if it has any. A letter that no font has leaves a gap: the font's shape for letters that it lacks is empty.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from pages.cards.shared import FONT, HIGH, WIDE

MOST_KEPT: Final = 32
"""Pictures that a process keeps, of some 30 kB each."""

LONGEST_WAIT: Final = 1.0
"""Seconds that a thread waits for its turn."""

_FILE: Final = str(Path(__file__).parent / "fonts" / "Roboto-Bold.ttf")
_BEYOND: Final = 0x530
"""The first code point after Cyrillic; those below need no fonts but ours, so equal cards are equal on all machines."""

_one_at_a_time = Lock()


def picture_of(drawn: str) -> bytes | None:
    """Returns the PNG of a card's SVG; equal drawings give equal bytes.

    A process makes one at a time, since making one keeps it from all else; ``None`` where it is not one's turn in time.
    """
    if not _one_at_a_time.acquire(timeout=LONGEST_WAIT):
        return None
    try:
        return _picture(drawn)
    finally:
        _one_at_a_time.release()


@lru_cache(MOST_KEPT)
def _picture(drawn: str) -> bytes:
    import resvg_py  # 1 MB of memory that most workers never need

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawn,
            width=WIDE,
            height=HIGH,
            font_files=[_FILE],
            font_family=FONT,
            sans_serif_family=FONT,
            skip_system_fonts=not _needs_other_fonts(drawn),
        )
    )


def _needs_other_fonts(drawn: str) -> bool:
    return any(ord(char) >= _BEYOND and not "\u2000" <= char <= "\u206f" for char in drawn)

"""Draws a title card as SVG. Pure: equal facts give equal bytes.

At the size of a row one sees colour, pattern and initials; at the size of a poster also title and decade.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from pages.cards.colours import INK, bright, deep, hue_of
from pages.cards.lettering import clean, initials, is_right_to_left, isolated, lines
from pages.cards.patterns import HEIGHT, WIDTH, pattern

STYLE: Final = 2
"""Goes up with every change of the drawing, so that browsers ask again."""

MOST_BYTES: Final = 2048

_MARGIN, _SIZE, _LEADING, _LINES = 14, 21, 25, 3
_BAND: Final = 190
"""Where the title's ground begins."""

_LETTER_SIZES: Final = {1: 112, 2: 92, 3: 78}
_SMALLEST_LETTERS: Final = 62


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card is drawn from.

    Args:
        title: empty: unknown.
        genres: the first two count.
        decade: its first year; ``None``: unknown.
    """

    title: str = ""
    genres: tuple[str, ...] = ()
    decade: int | None = None

    @property
    def version(self) -> str:
        """A short text that differs where the cards do."""
        facts = repr((STYLE, self.title, self.genres[:2], self.decade))
        return hashlib.blake2b(facts.encode("utf-8", "replace"), digest_size=6).hexdigest()


def draw_card(facts: CardFacts) -> str:
    """Returns the card, an SVG document of 2 to 3."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{card_shapes(facts)}</svg>'


def card_shapes(facts: CardFacts) -> str:
    """Returns what a card's document holds; patterns reach beyond its edges."""
    title = clean(facts.title)
    first, second = (*facts.genres, None, None)[:2]
    ground = deep(hue_of(first))
    shapes = bright(hue_of(second or first))
    drawn = pattern(facts.decade, hashlib.blake2b(title.encode(), digest_size=1).digest()[0])
    return (
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>'
        f'<g fill="{shapes}" stroke="{shapes}">{drawn}</g>'
        f'<path fill="{ground}" d="M-1 {_BAND}H{WIDTH}V{HEIGHT}H0Z"/>'
        f'<g fill="{INK}" font-family="system-ui,sans-serif" font-weight="700">{_text(title, facts.decade)}</g>'
    )


def _text(title: str, decade: int | None) -> str:
    turned = is_right_to_left(title)
    x = WIDTH - _MARGIN if turned else _MARGIN
    anchor = ' text-anchor="end"' if turned else ""
    letters = initials(title)
    size = _LETTER_SIZES.get(len(letters), _SMALLEST_LETTERS)
    place = f'x="{WIDTH // 2}" y="{104 + size // 3}" font-size="{size}" text-anchor="middle"'
    large = f"<text {place}>{escape(letters)}</text>"
    written = lines(title, (WIDTH - 2 * _MARGIN) / _SIZE, _LINES)
    rows = "".join(
        f'<tspan x="{x}" y="{_BAND + _SIZE + 4 + _LEADING * row}">{escape(isolated(line) if turned else line)}</tspan>'
        for row, line in enumerate(written)
    )
    small = f'<text font-size="{_SIZE}"{anchor}>{rows}</text>'
    when = "" if decade is None else f'<text x="{_MARGIN}" y="286" font-size="13">{decade}s</text>'
    return (large if letters else "") + (small if rows else "") + when

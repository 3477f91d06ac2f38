"""Draws what a shared link shows, 1200 by 630 dots: a movie's title card beside its title, or the site's card. Pure.

Nothing is clipped and nothing shines through, since both take a renderer more time than all else.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from pages.cards.colours import INK, bright, dark, deep, hue_of
from pages.cards.drawing import CardFacts, card_shapes
from pages.cards.lettering import clean, is_right_to_left, isolated, lines
from pages.cards.patterns import HEIGHT, WIDTH

WIDE, HIGH = 1200, 630
FONT: Final = "Roboto"
SITE_NAME: Final = "lambdaserve"

_CARD: Final = HIGH * WIDTH // HEIGHT
_LEFT, _RIGHT = _CARD + 60, WIDE - 60
_TITLE, _FACTS, _NAME, _SENTENCE = 76, 36, 108, 46
"""Sizes of letters."""
_TITLE_LINES, _SENTENCE_LINES, _GENRES = 4, 3, 2
_MARGIN: Final = 80


def draw_shared(facts: CardFacts) -> str:
    """Returns the SVG of a movie: its card, and beside it title, genres, decade and the site's name."""
    title = clean(facts.title)
    turned = is_right_to_left(title)
    width = _RIGHT - _LEFT
    written = lines(title, width / _TITLE, _TITLE_LINES)
    genres = ", ".join(filter(None, map(clean, facts.genres[:_GENRES])))
    about = " · ".join(filter(None, (genres, "" if facts.decade is None else f"{facts.decade}s")))
    below = 150 + 90 * len(written)
    words = [
        *(_line(line, _TITLE, 160 + 90 * row, turned) for row, line in enumerate(written)),
        *(_line(line, _FACTS, below, turned) for line in lines(about, width / _FACTS, 1)),
        _line(SITE_NAME, _FACTS, 574),
    ]
    beside = dark(hue_of(facts.genres[0] if facts.genres else None))
    return _document(
        f'<g transform="scale({HIGH / HEIGHT})">{card_shapes(facts)}</g>'
        f'<path fill="{beside}" d="M{_CARD} 0H{WIDE}V{HIGH}H{_CARD}Z"/>',
        words,
    )


@lru_cache(1)
def draw_site(sentence: str) -> str:
    """Returns the SVG of the site's card: its name, and what it is about."""
    ground, shapes = deep(hue_of(None)), bright(hue_of(None))
    written = lines(sentence, (WIDE - 2 * _MARGIN) / _SENTENCE, _SENTENCE_LINES)
    rows = [_line(line, _SENTENCE, 410 + 64 * row, x=_MARGIN) for row, line in enumerate(written)]
    return _document(
        f'<rect width="{WIDE}" height="{HIGH}" fill="{ground}"/>'
        f'<path fill="none" stroke="{shapes}" stroke-width="44" d="M-86 92q86 -112 172 0{"t172 0" * 7}"/>',
        [_line(SITE_NAME, _NAME, 316, x=_MARGIN), *rows],
    )


def version_of(drawn: str) -> str:
    """A short text that differs where drawings do."""
    return hashlib.blake2b(drawn.encode(), digest_size=6).hexdigest()


def _document(shapes: str, words: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}">{shapes}'
        f'<g fill="{INK}" font-family="{FONT}" font-weight="700">{"".join(words)}</g></svg>'
    )


def _line(text: str, size: int, y: int, turned: bool = False, *, x: int = _LEFT) -> str:
    place = f'x="{_RIGHT}" text-anchor="end"' if turned else f'x="{x}"'
    return f'<text {place} y="{y}" font-size="{size}">{escape(isolated(text) if turned else text)}</text>'

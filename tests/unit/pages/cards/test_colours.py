"""Text on title cards can be read, whatever the genres."""

from __future__ import annotations

import pytest

from pages.cards.colours import INK, bright, deep, hue_of


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("make", [deep, bright])
def test_text_has_enough_contrast_on_every_colour(make: object) -> None:
    assert callable(make)
    assert min(contrast(INK, make(hue)) for hue in range(360)) >= 4.5


def test_pattern_is_seen_on_every_ground() -> None:
    assert min(contrast(deep(ground), bright(shape)) for ground in range(0, 360, 5) for shape in range(0, 360, 5)) > 1.8


def test_genres_have_hues_of_their_own_ignoring_case() -> None:
    assert hue_of("Horror") == hue_of("HORROR")
    assert len({hue_of(each) for each in ("Action", "Comedy", "Drama", "Horror", "War", "$gt", "a/b")}) == 7
    assert all(0 <= hue_of(each) < 360 for each in (None, "", "\ud800", "x" * 10_000))

"""Each decade has a pattern of its own, which a movie's number varies."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from pages.cards.patterns import pattern


def test_decades_of_a_century_look_different() -> None:
    assert len({pattern(decade, 7) for decade in range(1930, 2030, 10)}) == 10
    assert pattern(None, 7) not in {pattern(decade, 7) for decade in range(1930, 2030, 10)}


@pytest.mark.parametrize("decade", [None, *range(1900, 2030, 10)])
def test_pattern_is_well_formed_small_and_varied(decade: int | None) -> None:
    drawn = [pattern(decade, seed) for seed in range(0, 256, 9)]
    for each in drawn:
        ET.fromstring(f"<g>{each}</g>")
    assert max(map(len, drawn)) < 900
    assert len(set(drawn)) > 5

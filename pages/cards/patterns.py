"""Patterns of title cards, one for each decade, turned and moved by a number from the title. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

WIDTH, HEIGHT = 200, 300


def pattern(decade: int | None, seed: int) -> str:
    """Returns the SVG shapes of a decade, to be filled and stroked with one colour.

    Args:
        decade: its first year; ``None``: unknown.
        seed: varies the shapes, 0 to 255.
    """
    if decade is None:
        return _path(f"M-1 {80 + seed % 80}L200 {seed % 80}V{70 + seed % 80}L0 {150 + seed % 80}Z")
    return _DRAWN[decade // 10 % len(_DRAWN)](seed)


def _arches(seed: int) -> str:
    """2000s: arches inside each other."""
    x = 40 + seed % 121
    rings = "".join(f"M{x - r} 300V150A{r} {r} 0 0 1 {x + r} 150V300" for r in (30, 66, 102, 138))
    return _line(rings, 14)


def _discs(seed: int) -> str:
    """2010s: large discs beside each other."""
    first, second = (20 + seed % 70, 60 + seed % 50), (130 + seed % 60, 150 - seed % 60)
    return "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for (x, y), r in ((first, 62), (second, 44)))


def _waves(seed: int) -> str:
    """2020s, and 1920s."""
    x = -(seed % 80)
    return _line("".join(f"M{x} {y}q20 -26 40 0t40 0t40 0t40 0t40 0t40 0t40 0" for y in range(24, 200, 34)), 10)


def _sunburst(seed: int) -> str:
    """1930s: rays, as the cinemas of the time had them."""
    x, rays = 30 + seed % 140, []
    for number in range(12):
        points = []
        for side in (-4.2, 4.2):
            angle = math.radians(30 * number + seed % 15 + side)
            points.append(f"{x + 330 * math.cos(angle):.0f} {200 + 330 * math.sin(angle):.0f}")
        rays.append(f"M{x} 200L{'L'.join(points)}Z")
    return _path("".join(rays))


def _blinds(seed: int) -> str:
    """1940s: light through blinds."""
    tilt = seed % 41 - 20
    return _path("".join(f"M-1 {y}L200 {y + tilt}v13L0 {y + 13}Z" for y in range(0, 210, 28)))


def _orbits(seed: int) -> str:
    """1950s: an atom."""
    turns = "".join(
        f'<ellipse cx="100" cy="105" rx="92" ry="34" transform="rotate({seed % 60 + 60 * n} 100 105)"/>'
        for n in range(3)
    )
    return f'<g fill="none" stroke-width="8">{turns}</g><circle cx="100" cy="105" r="14"/>'


def _rings(seed: int) -> str:
    """1960s: rings around a point."""
    x, y = 30 + seed % 140, 60 + seed % 80
    rings = "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for r in range(20, 190, 34))
    return f'<g fill="none" stroke-width="15">{rings}</g>'


def _bends(seed: int) -> str:
    """1970s: stripes around a corner."""
    x = 20 + seed % 90
    return _line("".join(f"M{x + d} 0V{70 + d}Q{x + d} {110 + d} {x + 40 + d} {110 + d}H240" for d in (0, 26, 52)), 16)


def _horizon(seed: int) -> str:
    """1980s: a sun behind bars."""
    x, y = 60 + seed % 81, 112
    bars = "".join(f"M-1 {y + 14 + 20 * n}H200" for n in range(5))
    return f'<path fill="none" stroke-width="5" d="{bars}"/><circle cx="{x}" cy="{y - 20}" r="{56 + seed % 16}"/>'


def _zigzag(seed: int) -> str:
    """1990s."""
    x = -(seed % 50)
    return _line("".join(f"M{x} {y}{'l25 -25l25 25' * 5}" for y in range(40, 220, 44)), 11)


_DRAWN: Final[tuple[Callable[[int], str], ...]] = (
    _arches,
    _discs,
    _waves,
    _sunburst,
    _blinds,
    _orbits,
    _rings,
    _bends,
    _horizon,
    _zigzag,
)


def _path(data: str) -> str:
    return f'<path stroke="none" d="{data}"/>'


def _line(data: str, width: int) -> str:
    return f'<path fill="none" stroke-width="{width}" d="{data}"/>'

"""Describes how long visitors wait for pages, for the terminal and for ``docs/performance.md``. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final, Self

from benchmarks.harness.machine import Machine
from benchmarks.reports.endpoints import about
from benchmarks.reports.tables import align_table

PART = "page loads"
"""The part of ``docs/performance.md`` that holds these figures."""

MOST_LCP: Final = 1_000.0
"""Milliseconds until the largest part of a page is painted, at most."""

MOST_CLS: Final = 0.1
MOST_BYTES: Final = 200_000
"""Of a first visit, with its styles, scripts and pictures, compressed."""

_HEAD = ("page", "visit", "FCP, ms", "LCP, ms", "slowest LCP", "CLS", "transferred, kB", "verdict")


@dataclass(frozen=True, slots=True)
class Load:
    """One load of a page.

    Attributes:
        fcp: milliseconds to the first contentful paint.
        lcp: milliseconds to the largest contentful paint.
        cls: cumulative layout shift.
        transferred: bytes, as they came over the network.
    """

    fcp: float
    lcp: float
    cls: float
    transferred: float

    @classmethod
    def median(cls, loads: Sequence[Load]) -> Self:
        """The median of each figure."""
        names = ("fcp", "lcp", "cls", "transferred")
        return cls(**{name: median(getattr(each, name) for each in loads) for name in names})

    @property
    def misses(self) -> list[str]:
        """The limits that it misses, in words; a page that painted nothing misses too."""
        found = (
            (0 < self.lcp < MOST_LCP, f"LCP {self.lcp:.0f} ms, limit {MOST_LCP:.0f}"),
            (self.cls < MOST_CLS, f"CLS {self.cls:.3f}, limit {MOST_CLS:g}"),
            (self.transferred < MOST_BYTES, f"{self.transferred / 1000:.0f} kB, limit {MOST_BYTES / 1000:.0f}"),
        )
        return [words for met, words in found if not met]


@dataclass(frozen=True, slots=True)
class PageLoads:
    """A page's first and second visit, and its slowest first one."""

    name: str
    cold: Load
    warm: Load
    slowest: float

    @property
    def misses(self) -> list[str]:
        """The limits that either visit misses."""
        return [*self.cold.misses, *self.warm.misses]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of the measurement: when, where, with which browser, of what world, by how many processes."""

    measured_at: datetime
    machine: Machine
    browser: str
    scale: float
    workers: int
    rounds: int


def section(found: Sequence[PageLoads], conditions: Conditions) -> str:
    """Builds the text between the markers: the conditions, the table, and the missed limits."""
    rows = [row for each in found for row in _rows(each)]
    missed = [f"- {each.name}: {', '.join(each.misses)}" for each in found if each.misses]
    return "\n".join(
        [
            *_conditions(conditions),
            "",
            align_table(_HEAD, rows, left=(0, 1, len(_HEAD) - 1)),
            "",
            *(["Missed:", "", *missed] if missed else ["Every limit was met."]),
        ]
    )


def _conditions(held: Conditions) -> list[str]:
    measured = (
        f"Measured on {held.measured_at:%Y-%m-%d %H:%M} UTC with the sample world of scale {held.scale:g} and "
        f"{held.workers} worker{'s' if held.workers > 1 else ''}, in Chromium {held.browser} on the same machine, "
        "1280 pixels wide."
    )
    return [
        measured,
        "",
        *about(held.machine),
        f"- the median of {held.rounds} loads each; first: a browser without anything kept; again: the page once more",
        f"- limits: LCP {MOST_LCP:.0f} ms, CLS {MOST_CLS:g}, {MOST_BYTES / 1000:.0f} kB",
    ]


def _rows(page: PageLoads) -> list[tuple[str, ...]]:
    return [
        (
            name,
            visit,
            f"{load.fcp:.0f}",
            f"{load.lcp:.0f}",
            slowest,
            f"{load.cls:.3f}",
            f"{load.transferred / 1000:.1f}",
            "misses" if load.misses else "ok",
        )
        for name, visit, load, slowest in (
            (page.name, "first", page.cold, f"{page.slowest:.0f}"),
            ("", "again", page.warm, ""),
        )
    ]

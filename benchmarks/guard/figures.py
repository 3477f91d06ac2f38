"""Compares measured figures with this release's and decides whether they are slower. Pure.

A figure is a cost in units of a floor of the same run. Each has a band from its own noise: an unchanged service stays
inside, one that costs ten per cent more does not.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

NARROWEST, WIDEST = 0.05, 0.08
"""Bounds of a band, as shares of the figure."""

READY: Final = "ready (CPU / imports)"
WIDEST_OF_READY: Final = 0.4
"""The start is noisy: it polls, and warms up beside other processes. Its band catches half as much again."""

ELSEWHERE: Final = 3
"""Factor of the bands on a processor without figures of its own."""

DEVIATIONS: Final = 3.0
"""Width of a band, in standard deviations of single runs. A run outside is repeated before it counts."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A recorded figure.

    Attributes:
        value: the median of the recorded runs.
        band: share of the value by which a run may exceed it.
    """

    value: float
    band: float

    def widened(self, factor: int) -> Figure:
        """Returns the figure with a band that is so many times as wide."""
        return replace(self, band=self.band * factor)

    @property
    def limit(self) -> float:
        """The largest value that does not count as slower."""
        return self.value * (1 + self.band)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a run beside the recorded one.

    Attributes:
        name: of the figure.
        found: in this run.
        recorded: of the release; ``None``: it has none of this name.
    """

    name: str
    found: float
    recorded: Figure | None

    @property
    def is_slower(self) -> bool:
        """Whether it exceeds its band; a figure without a record never does."""
        return self.recorded is not None and self.found > self.recorded.limit

    @property
    def verdict(self) -> str:
        """The verdict, as the table shows it."""
        if self.recorded is None:
            return "new"
        change = self.found / self.recorded.value - 1
        return f"{change:+.1%}" + (f", more than {self.recorded.band:.0%}: SLOWER" if self.is_slower else "")


def record(runs: Sequence[Mapping[str, float]]) -> dict[str, Figure]:
    """Computes the figures to record from several runs of an unchanged service.

    Args:
        runs: at least two, each with the same names.
    """
    return {name: _record(name, [run[name] for run in runs]) for name in runs[0]}


def _record(name: str, values: Sequence[float]) -> Figure:
    value = statistics.median(values)
    noise = DEVIATIONS * statistics.stdev(values) / value
    if noise > (WIDEST_OF_READY if name == READY else WIDEST):
        raise TooNoisy(f"{name} differs too much between runs ({noise:.0%}); run it while the machine is idle")
    return Figure(round(value, 4), round(max(NARROWEST, math.ceil(noise * 100) / 100), 2))


class TooNoisy(Exception):
    """The recorded runs differ so much that a band around them would hide a change of ten per cent."""


def compare(found: Mapping[str, float], recorded: Mapping[str, Figure]) -> list[Row]:
    """Sets a run's figures beside the recorded ones, in the run's order."""
    return [Row(name, value, recorded.get(name)) for name, value in found.items()]


def better_of(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Takes the smaller figure of two runs, since noise only adds."""
    return {name: min(value, other.get(name, value)) for name, value in one.items()}


def figures_for(processor: str, recorded: Mapping[str, Mapping[str, Figure]]) -> dict[str, Figure]:
    """Returns the figures recorded on this processor, or for one without a record the largest of all, widened.

    Args:
        processor: the model of this machine's.
        recorded: processor to figures; even ratios differ between processors.
    """
    if processor in recorded:
        return dict(recorded[processor])
    every = [item for figures in recorded.values() for item in figures.items()]
    largest = sorted(every, key=lambda item: item[1].limit)
    return {name: figure.widened(ELSEWHERE) for name, figure in largest}


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yields the lines of the table."""
    yield f"{'figure':<28}{'this run':>10}{'release':>10}  verdict"
    for row in rows:
        recorded = f"{row.recorded.value:.2f}" if row.recorded else "-"
        yield f"{row.name:<28}{row.found:>10.2f}{recorded:>10}  {row.verdict}"

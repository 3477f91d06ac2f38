"""The table of a comparison of two searches. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.harness.latencies import percentile


@dataclass(frozen=True, slots=True)
class SearchRun:
    """One run of one checkout.

    Attributes:
        ready: seconds until the process had read all movies and the index answered.
        held: MiB of the process's own memory that this took; ``after`` is the same after the questions.
        kinds: milliseconds of each question, by kind.
    """

    ready: float
    held: float
    after: float
    kinds: Mapping[str, Sequence[float]]


def search_table(this: Sequence[SearchRun], other: Sequence[SearchRun] = ()) -> str:
    """Returns the table; the last column is the ratio of the p95, this one's beside the other's.

    Args:
        this: runs of this checkout, at least one.
        other: of the other one; empty: none was measured.
    """
    kinds = this[0].kinds
    lines = [_row("", *_titles(["p50 / p95 ms"], other, "this / other"))]
    for kind in kinds:
        own, others = (_milliseconds(runs, kind) for runs in (this, other))
        lines.append(_row(kind, *_cells(own, others)))
    own, others = (
        [each for kind in kinds for each in _milliseconds(runs, kind)] if runs else [] for runs in (this, other)
    )
    lines.append(_row("all", *_cells(own, others)))
    for name, unit in (("ready", "s"), ("held", "MiB"), ("after", "MiB")):
        both = [min(getattr(run, name) for run in runs) for runs in (this, other) if runs]
        ratio = [f"{both[0] / both[1]:.2f}"] if len(both) == 2 and both[1] > 0 else []
        lines.append(_row(name, *(f"{each:.1f} {unit}" for each in both), *ratio))
    return "\n".join(lines)


def _titles(titles: list[str], other: Sequence[SearchRun], ratio: str) -> Iterable[str]:
    return [*titles, *titles, ratio] if other else titles


def _milliseconds(runs: Iterable[SearchRun], kind: str) -> list[float]:
    return sorted(each for run in runs for each in run.kinds[kind])


def _cells(own: Sequence[float], others: Sequence[float]) -> Iterator[str]:
    for each in filter(None, (sorted(own), sorted(others))):
        yield f"{percentile(each, 50):.1f} / {percentile(each, 95):.1f}"
    if others:
        yield f"{percentile(sorted(own), 95) / percentile(sorted(others), 95):.2f}"


def _row(name: str, *cells: str) -> str:
    return f"{name:<34}" + "".join(f"{cell:>18}" for cell in cells)

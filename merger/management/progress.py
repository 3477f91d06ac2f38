"""Shows the progress of a long command on stderr: a line that is redrawn on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

from django.core.management.base import OutputWrapper

_BAR = 30

Batch = TypeVar("Batch", bound=Sized)


_REDRAW_INTERVAL_SECONDS, _LINE_INTERVAL_SECONDS = 0.1, 5.0
"""Time between two lines: on a terminal, and elsewhere."""


class Progress:
    """Counts steps and shows them.

    Args:
        stream: the command's ``stderr``.
        label: what is counted, e.g. ``batch_views: documents written``.
        total: number of steps; without it and ``share`` there is no bar.
        clock: seconds of a monotonic clock.
        share: returns how much is done, 0 to 1, where the number of steps isn't known; ``None``: that isn't known
            either. With it the line shows the rate and the estimated time left.
    """

    def __init__(
        self,
        stream: OutputWrapper,
        label: str,
        total: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        share: Callable[[], float | None] | None = None,
    ) -> None:
        self._stream = stream
        self._label = label
        self._total = total
        self._clock = clock
        self._redraws = stream.isatty()
        self._began = self._shown_at = clock()
        self._share = share
        self._shown = -1
        self.done = 0

    def step(self, steps: int = 1) -> None:
        """Counts further steps."""
        self.done += steps
        pause = _REDRAW_INTERVAL_SECONDS if self._redraws else _LINE_INTERVAL_SECONDS
        if self._clock() - self._shown_at >= pause:
            self._show()

    def track(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yields the batches, counts their items as each is done, and ends after the last."""
        for batch in batches:
            yield batch
            self.step(len(batch))
        self.end()

    def end(self) -> None:
        """Writes the final state on a line of its own, unless it stands there already."""
        if self._shown != self.done:
            self._show()
        if self._redraws:
            self._stream.write("")

    def _show(self) -> None:
        self._shown_at, self._shown = self._clock(), self.done
        start, ending = ("\r", "") if self._redraws else ("", "\n")
        # Progress is no error although it goes to stderr, so it is not coloured as one.
        self._stream.write(f"{start}{self._line()}", style_func=str, ending=ending)

    def _line(self) -> str:
        if self._share is not None:
            return self._with_rate(self._share())
        if not self._total:
            return f"{self._label}: {self.done:,}"
        counted = f"{self._label}: {self.done:,} of {self._total:,}"
        if not self._redraws:
            return counted
        return f"{counted} {_bar(self.done / self._total)}"

    def _with_rate(self, share: float | None) -> str:
        took = self._clock() - self._began
        line = f"{self._label}: {self.done:,}" + (f", {self.done / took:,.0f}/s" if took > 0 else "")
        if not share:
            return line
        left = took / share - took
        return f"{line}, {share:.0%}, {left:.0f} s left" + (f" {_bar(share)}" if self._redraws else "")


def _bar(share: float) -> str:
    filled = round(_BAR * share)
    return f"[{'#' * filled}{'.' * (_BAR - filled)}]"

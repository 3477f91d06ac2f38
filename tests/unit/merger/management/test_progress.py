"""Progress on a terminal, in a file, and without a total."""

from __future__ import annotations

from io import StringIO

from django.core.management.base import OutputWrapper

from merger.management.progress import Progress


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def shown(out: StringIO, seconds_per_step: float, total: int | None = 4) -> str:
    clock = Clock()
    progress = Progress(OutputWrapper(out), "Things done", total, clock)
    for _ in range(4):
        clock.seconds += seconds_per_step
        progress.step()
    progress.end()
    return out.getvalue()


def test_a_terminal_shows_one_line_with_a_growing_bar() -> None:
    text = shown(Terminal(), seconds_per_step=0.2)
    assert text.count("\r") == 4
    assert text.count("\n") == 1
    assert "\rThings done: 2 of 4 [###############...............]" in text
    assert text.endswith("\rThings done: 4 of 4 [##############################]\n")


def test_a_terminal_is_not_redrawn_for_every_step() -> None:
    assert shown(Terminal(), seconds_per_step=0.001).count("\r") == 1


def test_a_file_gets_a_plain_line_every_few_seconds_and_the_last_one() -> None:
    assert shown(StringIO(), seconds_per_step=3).splitlines() == [
        "Things done: 2 of 4",
        "Things done: 4 of 4",
    ], "no line twice"
    assert shown(StringIO(), seconds_per_step=1) == "Things done: 4 of 4\n"


def test_without_a_total_steps_are_only_counted() -> None:
    assert shown(StringIO(), seconds_per_step=1, total=None) == "Things done: 4\n"
    assert shown(Terminal(), seconds_per_step=0.001, total=None) == "\rThings done: 4\n"


def test_a_share_shows_the_rate_and_the_time_left() -> None:
    out, clock, shares = StringIO(), Clock(), iter([None, 0.25])
    progress = Progress(OutputWrapper(out), "Lines", clock=clock, share=lambda: next(shares))
    for _ in range(2):
        clock.seconds += 5
        progress.step(50)
    assert out.getvalue().splitlines() == ["Lines: 50, 10/s", "Lines: 100, 10/s, 25%, 30 s left"]


def test_tracked_batches_are_counted_by_their_items_and_the_end_is_shown() -> None:
    out = StringIO()
    progress = Progress(OutputWrapper(out), "Documents")
    assert [*progress.track([[1, 2], [3]])] == [[1, 2], [3]]
    assert out.getvalue() == "Documents: 3\n"

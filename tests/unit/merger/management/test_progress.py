from __future__ import annotations

from io import StringIO

from django.core.management.base import OutputWrapper

from merger.management.progress import Progress


class Terminal(StringIO):
    """What a terminal would be sent."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when a test says so."""

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


def test_a_terminal_sees_one_line_with_a_bar_that_grows() -> None:
    text = shown(Terminal(), seconds_per_step=0.2)
    assert text.count("\r") == 5
    assert text.count("\n") == 1
    assert "\rThings done: 2 of 4 [###############...............]" in text
    assert text.endswith("\rThings done: 4 of 4 [##############################]\n")


def test_a_terminal_is_not_redrawn_for_every_step() -> None:
    assert shown(Terminal(), seconds_per_step=0.001).count("\r") == 1


def test_a_file_gets_a_plain_line_now_and_then_and_the_last_one() -> None:
    assert shown(StringIO(), seconds_per_step=3).splitlines() == [
        "Things done: 2 of 4",
        "Things done: 4 of 4",
        "Things done: 4 of 4",
    ]
    assert shown(StringIO(), seconds_per_step=1) == "Things done: 4 of 4\n"


def test_without_a_total_it_only_counts() -> None:
    assert shown(StringIO(), seconds_per_step=1, total=None) == "Things done: 4\n"
    assert shown(Terminal(), seconds_per_step=0.001, total=None) == "\rThings done: 4\n"

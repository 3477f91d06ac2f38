"""The table shows percentiles over all rounds, and the ratio of this search's to the other's."""

from __future__ import annotations

from benchmarks.search.search_table import SearchRun, search_table


def run(*milliseconds: float, held: float = 10.0) -> SearchRun:
    return SearchRun(ready=5.0, held=held, after=held + 1, kinds={"a title": milliseconds, "a person": milliseconds})


def test_a_search_alone_has_no_ratio() -> None:
    lines = search_table([run(1.0, 3.0), run(2.0, 4.0)]).splitlines()
    assert lines[1].split() == ["a", "title", "2.0", "/", "4.0"]
    assert lines[-1].split() == ["after", "11.0", "MiB"]


def test_beside_another_one_each_row_ends_with_the_ratio() -> None:
    lines = search_table([run(4.0, 8.0)], [run(1.0, 4.0, held=20.0)]).splitlines()
    assert lines[1].split() == ["a", "title", "4.0", "/", "8.0", "1.0", "/", "4.0", "2.00"]
    assert lines[3].split()[0] == "all"
    assert lines[5].split() == ["held", "10.0", "MiB", "20.0", "MiB", "0.50"]

"""The guard's judgement: bands from noise, what is slower, and what a second run may take back."""

from __future__ import annotations

import pytest

from benchmarks.guard.figures import (
    ELSEWHERE,
    NARROWEST,
    READY,
    WIDEST_OF_READY,
    Figure,
    TooNoisy,
    better_of,
    compare,
    figures_for,
    record,
    table,
)

QUIET = [{"hot": value} for value in (7.6, 7.62, 7.58, 7.61, 7.6)]


def test_band_admits_noise_but_not_ten_per_cent() -> None:
    figure = record(QUIET)["hot"]
    assert figure.value == 7.6
    assert figure.band == NARROWEST
    assert all(not row.is_slower for run in QUIET for row in compare(run, {"hot": figure}))
    assert compare({"hot": 7.6 * 1.1}, {"hot": figure})[0].is_slower


def test_noise_that_would_hide_ten_per_cent_is_refused() -> None:
    with pytest.raises(TooNoisy, match="hot differs too much between runs"):
        record([{"hot": 7.0}, {"hot": 8.0}, {"hot": 9.0}])


def test_the_start_may_be_noisier_than_a_request() -> None:
    band = record([{READY: 22.0}, {READY: 24.0}, {READY: 25.0}])[READY].band
    assert NARROWEST < band <= WIDEST_OF_READY


def test_a_figure_without_a_record_is_new_and_not_slower() -> None:
    (row,) = compare({"lukewarm": 3.0}, {})
    assert (row.is_slower, row.verdict) == (False, "new")


def test_of_two_runs_the_smaller_figures_count() -> None:
    assert better_of({"hot": 8.0, "cold": 3.0}, {"hot": 7.0, "cold": 4.0}) == {"hot": 7.0, "cold": 3.0}


def test_table_shows_how_much_slower_a_figure_is() -> None:
    lines = list(table(compare({"hot": 8.4}, {"hot": Figure(7.0, 0.05)})))
    assert lines[1].split() == ["hot", "8.40", "7.00", "+20.0%,", "more", "than", "5%:", "SLOWER"]


ON_TWO = {"Slow": {"hot": Figure(8.0, 0.05)}, "Fast": {"hot": Figure(7.0, 0.06), "cold": Figure(3.0, 0.05)}}


def test_a_processor_is_compared_with_its_own_figures() -> None:
    assert figures_for("Fast", ON_TWO) == ON_TWO["Fast"]


def test_an_unknown_processor_is_compared_with_the_largest_figures_and_wide_bands() -> None:
    assert figures_for("Other", ON_TWO) == {
        "hot": Figure(8.0, 0.05).widened(ELSEWHERE),
        "cold": Figure(3.0, 0.05).widened(ELSEWHERE),
    }

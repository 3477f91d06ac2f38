"""Details and hourly stats of a movie: snapshots of the newest facts (M6, M7, D2, D4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.core.boundary import Policy, Strategy
from merger.core.windows import HOUR, Window
from merger.views.reading import ViewResult
from movies.details import movie_details, movie_stats
from tests.unit.merger.documents import MOVIE, Raw, at, batch_view, bucket, codes_of, missing_of, reading
from tests.unit.merger.examples import DETAILS, NOW, RUN

OPEN_HOUR = at("2026-03-10 10:00")
CUTOFF = at("2026-03-08 10:00")


def details(covers: datetime = RUN, **changed: Any) -> Raw:
    return batch_view("movie_details", {**DETAILS, **changed}, covers)


def stats(hour: datetime, votes: int, **more: Any) -> Raw:
    data = {"vote_average": 8.0, "vote_count": votes, "popularity": 50.5}
    return {**bucket(hour, 1), "data_type": "stats", "data": data, "synced_at": NOW, **more}


def ask_details(batch: list[Raw], speed: list[Raw], **options: Any) -> ViewResult:
    built = movie_details(MOVIE, reading(NOW, batch, speed, **options))
    assert built is not None
    return built


def ask_stats(speed: list[Raw], start: str = "2026-03-10 06:00") -> ViewResult:
    return movie_stats(MOVIE, Window(at(start), OPEN_HOUR + HOUR), reading(NOW, [], speed))


def test_the_speed_layers_newest_bucket_gives_the_numbers_it_carries() -> None:
    built = ask_details([details()], [stats(OPEN_HOUR, 31_020), stats(OPEN_HOUR - HOUR, 31_010)])
    assert (built.body["vote_count"], built.body["vote_average"], built.body["popularity"]) == (31_020, 8.0, 50.5)
    assert (built.body["title"], built.body["genres"]) == ("<b>Fight</b> Club", ("Drama", "$where"))
    assert built.body["data_source"] == "merged"
    assert built.body["last_updated"] == "2026-03-10T10:30:00Z"
    assert built.freshness.complete


def test_the_newest_batch_document_counts() -> None:
    built = ask_details([details(title="Old", covers=RUN - 24 * HOUR), details(title="New")], [])
    assert built.body["title"] == "New"
    assert built.body["data_source"] == "batch"
    assert built.body["last_updated"] == "2026-03-10T03:00:00Z"


def test_a_lagging_layer_gives_way_to_a_newer_batch_document() -> None:
    stopped = RUN - HOUR
    speed = [stats(at("2026-03-10 00:00"), 31_020, synced_at=stopped)]
    built = ask_details([details()], speed)
    assert built.body["vote_count"] == 31_000
    assert built.body["data_source"] == "batch"
    assert "speed_lagging" in codes_of(built)
    assert missing_of(built) == [("03-10 02:00", "03-10 10:00")]


@pytest.mark.parametrize("synced_at", [RUN + HOUR, RUN + 2 * HOUR], ids=["as new", "newer"])
def test_a_lagging_layer_still_answers_if_its_bucket_is_no_older_than_the_batch(synced_at: datetime) -> None:
    built = ask_details([details()], [stats(RUN, 31_020, synced_at=synced_at)])
    assert built.body["vote_count"] == 31_020
    assert "speed_lagging" in codes_of(built)


def test_an_older_bucket_answers_while_the_layer_as_a_whole_keeps_up() -> None:
    other = stats(OPEN_HOUR, 5, movie_id=MOVIE + 1)
    built = ask_details([details()], [stats(CUTOFF, 31_020, synced_at=CUTOFF + HOUR), other])
    assert built.body["vote_count"] == 31_020
    assert "speed_lagging" not in codes_of(built)


def test_a_bucket_before_the_cutoff_is_out_of_the_window() -> None:
    built = ask_details([details()], [stats(CUTOFF - HOUR, 31_020)])
    assert built.body["vote_count"] == 31_000


def test_a_movie_known_to_the_speed_layer_alone_has_numbers_and_no_title() -> None:
    built = ask_details([], [stats(OPEN_HOUR, 5)])
    assert (built.body["title"], built.body["vote_count"]) == (None, 5)
    assert built.body["data_source"] == "speed"
    assert "batch_absent" in codes_of(built)


def test_a_movie_that_nobody_describes_is_unknown() -> None:
    others = [{**details(), "movie_id": MOVIE + 1}], [stats(OPEN_HOUR, 5, movie_id=MOVIE + 1)]
    assert movie_details(MOVIE, reading(NOW, *others)) is None
    assert movie_details(MOVIE, reading(NOW, [], [bucket(OPEN_HOUR, 5)])) is None


def test_a_hole_after_the_newest_snapshot_is_missing_and_one_before_is_not() -> None:
    assert missing_of(ask_details([details()], [])) == [("03-10 02:00", "03-10 10:00")]
    assert missing_of(ask_details([details()], [stats(at("2026-03-10 05:00"), 1)])) == [("03-10 06:00", "03-10 10:00")]
    assert ask_details([details()], [stats(OPEN_HOUR - HOUR, 1)]).freshness.complete
    early = {**details(covers=OPEN_HOUR), "computed_at": OPEN_HOUR}
    assert ask_details([early], []).freshness.complete


def test_a_bucket_on_the_cutoff_shows_the_movie_as_it_was_then_and_one_before_it_does_not() -> None:
    batch = [details(covers=CUTOFF - 5 * HOUR)]
    assert missing_of(ask_details(batch, [stats(CUTOFF, 1)])) == [("03-08 11:00", "03-10 10:00")]
    assert missing_of(ask_details(batch, [stats(CUTOFF - HOUR, 1)])) == [("03-08 05:00", "03-10 10:00")]
    assert missing_of(ask_details([], [stats(OPEN_HOUR, 1)])) == [("03-08 10:00", "03-10 10:00")]


def test_the_fixed_strategy_ignores_details_computed_after_the_cutoff() -> None:
    policy = Policy(strategy=Strategy.FIXED)
    old = details(title="Old", covers=CUTOFF - 2 * HOUR)
    assert ask_details([old, details()], [], policy=policy).body["title"] == "Old"


def test_fields_that_a_document_lacks_are_null() -> None:
    built = ask_details([batch_view("movie_details", {"title": "Bare"}, RUN)], [])
    assert built.body["title"] == "Bare"
    assert {name for name, value in built.body.items() if value is None} == set(DETAILS) - {"title"}


def test_stats_are_newest_first_with_the_latest_apart() -> None:
    built = ask_stats([stats(OPEN_HOUR - HOUR * back, 100 - back) for back in (3, 0, 4, 1, 2)])
    assert [entry["vote_count"] for entry in built.body["stats"]] == [100, 99, 98, 97, 96]
    assert built.body["latest"] == built.body["stats"][0]
    assert built.body["count"] == 5
    assert built.freshness.complete


def test_stats_outside_the_window_or_of_other_movies_are_left_out() -> None:
    hours = [stats(OPEN_HOUR - back * HOUR, back) for back in range(6)]
    built = ask_stats([*hours, stats(OPEN_HOUR, 77, movie_id=MOVIE + 1)])
    assert [entry["vote_count"] for entry in built.body["stats"]] == [0, 1, 2, 3, 4]


def test_of_stats_for_the_same_hour_the_newest_sync_counts() -> None:
    built = ask_stats([stats(OPEN_HOUR, 9), stats(OPEN_HOUR, 8, synced_at=NOW - timedelta(minutes=1))])
    assert [entry["vote_count"] for entry in built.body["stats"]] == [9]


def test_hours_without_stats_of_anybody_are_missing() -> None:
    speed = [stats(OPEN_HOUR, 9), stats(OPEN_HOUR - 3 * HOUR, 9, movie_id=MOVIE + 1)]
    built = ask_stats(speed)
    assert missing_of(built) == [("03-10 06:00", "03-10 07:00"), ("03-10 08:00", "03-10 10:00")]
    nothing = ask_stats([])
    assert (nothing.body["latest"], nothing.body["count"]) == (None, 0)
    assert missing_of(nothing) == [("03-10 06:00", "03-10 10:00")]


batches = st.lists(
    st.builds(
        lambda age, title, version: {**details(title=title, covers=RUN - age * HOUR), "version": version},
        st.integers(0, 3),
        st.sampled_from("ABC"),
        st.integers(0, 2),
    ),
    max_size=6,
)
speeds = st.lists(
    st.builds(
        lambda age, votes, minutes: stats(OPEN_HOUR - age * HOUR, votes, synced_at=NOW - timedelta(minutes=minutes)),
        st.integers(0, 60),
        st.integers(0, 3),
        st.integers(0, 12),
    ),
    max_size=6,
)


@given(batches, speeds, st.randoms(use_true_random=False), st.data())
def test_order_and_duplicates_of_documents_change_nothing(
    batch: list[Raw], speed: list[Raw], chance: Any, data: st.DataObject
) -> None:
    again = [documents + documents[: data.draw(st.integers(0, 3))] for documents in (batch, speed)]
    for documents in again:
        chance.shuffle(documents)
    first, second = (reading(NOW, *documents) for documents in ((batch, speed), again))
    assert movie_details(MOVIE, first) == movie_details(MOVIE, second)
    window = Window(CUTOFF, OPEN_HOUR + HOUR)
    assert movie_stats(MOVIE, window, first) == movie_stats(MOVIE, window, second)

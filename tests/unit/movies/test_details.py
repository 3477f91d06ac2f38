"""Details and hourly stats of a movie."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.core.boundary import Layers, Policy, SpeedLayer, Strategy
from merger.core.windows import HOUR, Window
from merger.views.reading import ViewResult
from movies.details import movie_details, movie_stats
from tests.unit.merger.documents import MOVIE, Raw, at, batch_view, bucket, codes_of, missing_of, view_inputs
from tests.unit.merger.examples import DETAILS, NOW, RUN

OPEN_HOUR = at("2026-03-10 10:00")
CUTOFF = at("2026-03-08 10:00")


def details(covers: datetime = RUN, **changed: Any) -> Raw:
    return batch_view("movie_details", {**DETAILS, **changed}, covers)


def stats(hour: datetime, votes: int, **more: Any) -> Raw:
    data = {"vote_average": 8.0, "vote_count": votes, "popularity": 50.5}
    return {**bucket(hour, 1), "data_type": "stats", "data": data, "synced_at": NOW, **more}


def ask_details(batch: list[Raw], speed: list[Raw], **options: Any) -> ViewResult:
    result = movie_details(MOVIE, view_inputs(NOW, batch, speed, **options))
    assert result is not None
    return result


def ask_stats(speed: list[Raw], start: str = "2026-03-10 06:00") -> ViewResult:
    return movie_stats(MOVIE, Window(at(start), OPEN_HOUR + HOUR), view_inputs(NOW, [], speed))


def test_numbers_come_from_the_newest_speed_bucket() -> None:
    result = ask_details([details()], [stats(OPEN_HOUR, 31_020), stats(OPEN_HOUR - HOUR, 31_010)])
    assert (result.body["vote_count"], result.body["vote_average"], result.body["popularity"]) == (31_020, 8.0, 50.5)
    assert (result.body["title"], result.body["genres"]) == ("<b>Fight</b> Club", ("Drama", "$where"))
    assert result.body["data_source"] == "merged"
    assert result.body["last_updated"] == "2026-03-10T10:30:00Z"
    assert result.freshness.complete


def test_facts_come_from_the_newest_batch_document() -> None:
    result = ask_details([details(title="Old", covers=RUN - 24 * HOUR), details(title="New")], [])
    assert result.body["title"] == "New"
    assert result.body["data_source"] == "batch"
    assert result.body["last_updated"] == "2026-03-10T03:00:00Z"


def test_a_newer_batch_document_wins_over_a_lagging_speed_layer() -> None:
    stopped = RUN - HOUR
    speed = [stats(at("2026-03-10 00:00"), 31_020, synced_at=stopped)]
    result = ask_details([details()], speed)
    assert result.body["vote_count"] == 31_000
    assert result.body["data_source"] == "batch"
    assert "speed_lagging" in codes_of(result)
    assert missing_of(result) == [("03-10 02:00", "03-10 10:00")]


@pytest.mark.parametrize("synced_at", [RUN + HOUR, RUN + 2 * HOUR], ids=["as new", "newer"])
def test_lagging_layer_is_used_if_its_bucket_is_as_new_as_batch(synced_at: datetime) -> None:
    result = ask_details([details()], [stats(RUN, 31_020, synced_at=synced_at)])
    assert result.body["vote_count"] == 31_020
    assert "speed_lagging" in codes_of(result)


def test_an_older_bucket_is_used_while_the_speed_layer_keeps_up() -> None:
    other = stats(OPEN_HOUR, 5, movie_id=MOVIE + 1)
    result = ask_details([details()], [stats(CUTOFF, 31_020, synced_at=CUTOFF + HOUR), other])
    assert result.body["vote_count"] == 31_020
    assert "speed_lagging" not in codes_of(result)


def test_a_bucket_before_the_cutoff_is_not_used() -> None:
    result = ask_details([details()], [stats(CUTOFF - HOUR, 31_020)])
    assert result.body["vote_count"] == 31_000


def test_a_movie_only_in_the_speed_layer_has_numbers_but_no_title() -> None:
    result = ask_details([], [stats(OPEN_HOUR, 5)])
    assert (result.body["title"], result.body["vote_count"]) == (None, 5)
    assert result.body["data_source"] == "speed"
    assert "batch_absent" in codes_of(result)


def test_a_movie_in_neither_layer_is_unknown() -> None:
    others = [{**details(), "movie_id": MOVIE + 1}], [stats(OPEN_HOUR, 5, movie_id=MOVIE + 1)]
    assert movie_details(MOVIE, view_inputs(NOW, *others)) is None
    assert movie_details(MOVIE, view_inputs(NOW)) is None


def broken(document: Raw) -> Raw:
    return {**document, "data": [1, 2]}


AHEAD = NOW + 900 * 24 * HOUR


@pytest.mark.parametrize(
    ("batch", "speed", "code"),
    [
        ([broken(batch_view("sentiment", {}, RUN))], [], "documents_skipped"),
        ([{**details(), "computed_at": AHEAD}], [], "clock_ahead"),
        ([], [broken(bucket(OPEN_HOUR - HOUR, 5))], "documents_skipped"),
        ([], [broken(bucket(OPEN_HOUR, 5))], "documents_skipped"),
        ([], [stats(OPEN_HOUR - HOUR, 5, synced_at=AHEAD)], "clock_ahead"),
    ],
    ids=["batch sentiment", "details ahead", "sentiment", "of the open hour", "stats ahead"],
)
def test_a_movie_of_which_nothing_can_be_used_is_known_and_incomplete(
    batch: list[Raw], speed: list[Raw], code: str
) -> None:
    inputs = view_inputs(NOW, batch, [*speed, stats(OPEN_HOUR, 5, movie_id=MOVIE + 1)])
    window = Window(OPEN_HOUR - 5 * HOUR, OPEN_HOUR + HOUR)
    for result in (ask_details(batch, speed), movie_stats(MOVIE, window, inputs)):
        assert result.body["movie_id"] == MOVIE
        assert result.body.get("title") is None
        assert not result.freshness.complete
        assert code in codes_of(result)


def test_a_movie_with_sentiment_alone_is_known_without_facts() -> None:
    result = ask_details([], [bucket(OPEN_HOUR, 5, synced_at=NOW)])
    assert (result.body["title"], result.body["popularity"]) == (None, None)
    assert "batch_absent" in codes_of(result)


def test_details_that_are_stamped_in_the_future_are_not_shown() -> None:
    result = ask_details([details(title="Old"), {**details(), "computed_at": AHEAD}], [stats(OPEN_HOUR, 5)])
    assert result.body["title"] == "Old"
    assert "clock_ahead" in codes_of(result)


def test_an_hour_between_the_newest_bucket_and_the_end_of_the_batch_is_unseen() -> None:
    held = [stats(RUN - 3 * HOUR + index * HOUR, 5, movie_id=MOVIE + 1) for index in range(20)]
    held = [each for each in held if each["hour"] != RUN - 2 * HOUR and each["hour"] <= OPEN_HOUR]
    result = ask_details([details()], [stats(RUN - 3 * HOUR, 5), *held])
    assert result.body["popularity"] == 50.5
    assert missing_of(result) == [("03-10 00:00", "03-10 01:00")]


def test_a_document_of_the_open_hour_that_cannot_be_read_leaves_a_hole() -> None:
    speed = [stats(OPEN_HOUR - HOUR, 5), broken(stats(OPEN_HOUR, 6))]
    assert missing_of(ask_details([details()], speed)) == [("03-10 10:00", "03-10 11:00")]
    assert ("03-10 10:00", "03-10 11:00") in missing_of(ask_stats(speed, "2026-03-10 09:00"))


@pytest.mark.parametrize("data", [{}, {"popularity": None}, {"other": 1}])
def test_stats_without_any_value_are_no_hour_of_nulls(data: dict[str, Any]) -> None:
    result = ask_stats([stats(OPEN_HOUR - HOUR, 5, data=data), stats(OPEN_HOUR, 5)], "2026-03-10 09:00")
    assert [entry["hour"] for entry in result.body["stats"]] == ["2026-03-10T10:00:00Z"]
    assert missing_of(result) == [("03-10 09:00", "03-10 10:00")]
    assert "documents_skipped" in codes_of(result)


def test_only_a_gap_after_the_newest_snapshot_is_missing() -> None:
    assert missing_of(ask_details([details()], [])) == [("03-10 02:00", "03-10 10:00")]
    assert missing_of(ask_details([details()], [stats(at("2026-03-10 05:00"), 1)])) == [("03-10 06:00", "03-10 10:00")]
    assert ask_details([details()], [stats(OPEN_HOUR - HOUR, 1)]).freshness.complete
    early = {**details(covers=OPEN_HOUR), "computed_at": OPEN_HOUR}
    assert ask_details([early], []).freshness.complete


def test_only_a_bucket_at_or_after_the_cutoff_counts_as_a_snapshot() -> None:
    batch = [details(covers=CUTOFF - 5 * HOUR)]
    assert missing_of(ask_details(batch, [stats(CUTOFF, 1)])) == [("03-08 11:00", "03-10 10:00")]
    assert missing_of(ask_details(batch, [stats(CUTOFF - HOUR, 1)])) == [("03-08 05:00", "03-10 10:00")]
    assert missing_of(ask_details([], [stats(OPEN_HOUR, 1)])) == []


def test_fixed_strategy_ignores_details_computed_after_the_cutoff() -> None:
    policy = Policy(strategy=Strategy.FIXED)
    old = details(title="Old", covers=CUTOFF - 2 * HOUR)
    assert ask_details([old, details()], [], policy=policy).body["title"] == "Old"


def test_absent_fields_are_null() -> None:
    result = ask_details([batch_view("movie_details", {"title": "Bare"}, RUN)], [])
    assert result.body["title"] == "Bare"
    assert {name for name, value in result.body.items() if value is None} == set(DETAILS) - {"title", "poster_path"}


@pytest.mark.parametrize("given", [{}, {"poster_path": ""}, {"poster_path": None}, {"poster_path": ["/a.jpg"]}])
def test_poster_path_is_named_where_the_document_names_one(given: dict[str, Any]) -> None:
    assert "poster_path" not in ask_details([batch_view("movie_details", given, RUN)], []).body
    named = ask_details([batch_view("movie_details", {"poster_path": " /a.jpg "}, RUN)], [])
    assert named.body["poster_path"] == "/a.jpg"


def test_stats_are_newest_first_and_the_latest_is_repeated() -> None:
    result = ask_stats([stats(OPEN_HOUR - HOUR * back, 100 - back) for back in (3, 0, 4, 1, 2)])
    assert [entry["vote_count"] for entry in result.body["stats"]] == [100, 99, 98, 97, 96]
    assert result.body["latest"] == result.body["stats"][0]
    assert result.body["count"] == 5
    assert result.freshness.complete


def test_stats_outside_the_window_or_of_other_movies_are_left_out() -> None:
    hours = [stats(OPEN_HOUR - back * HOUR, back) for back in range(6)]
    result = ask_stats([*hours, stats(OPEN_HOUR, 77, movie_id=MOVIE + 1)])
    assert [entry["vote_count"] for entry in result.body["stats"]] == [0, 1, 2, 3, 4]


def test_of_two_stats_of_an_hour_the_newest_sync_counts() -> None:
    result = ask_stats([stats(OPEN_HOUR, 9), stats(OPEN_HOUR, 8, synced_at=NOW - timedelta(minutes=1))])
    assert [entry["vote_count"] for entry in result.body["stats"]] == [9]


def test_hours_without_stats_of_any_movie_are_missing() -> None:
    speed = [stats(OPEN_HOUR, 9), stats(OPEN_HOUR - 3 * HOUR, 9, movie_id=MOVIE + 1)]
    result = ask_stats(speed)
    assert missing_of(result) == [("03-10 06:00", "03-10 07:00"), ("03-10 08:00", "03-10 10:00")]
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
    first, second = (view_inputs(NOW, *documents) for documents in ((batch, speed), again))
    assert movie_details(MOVIE, first) == movie_details(MOVIE, second)
    window = Window(CUTOFF, OPEN_HOUR + HOUR)
    assert movie_stats(MOVIE, window, first) == movie_stats(MOVIE, window, second)


def test_a_movie_whose_documents_cannot_be_read_is_known_by_its_id() -> None:
    result = ask_details([{**details(), "data": 7}], [])
    assert result.body["movie_id"] == MOVIE
    assert {value for name, value in result.body.items() if name not in ("movie_id", "data_source")} == {None}
    assert [start for start, _ in result.freshness.missing] == [None]
    assert any("movie_details.data" in warning for warning in result.freshness.warnings)


def test_a_lost_hour_after_the_movies_newest_bucket_is_missing_though_later_ones_are_held() -> None:
    lost = OPEN_HOUR - 3 * HOUR
    others = [stats(OPEN_HOUR - HOUR * back, 1, movie_id=MOVIE + 1) for back in range(1, 48) if back != 3]
    result = ask_details([details()], [stats(OPEN_HOUR - 5 * HOUR, 2), *others])
    assert missing_of(result) == [(f"{lost:%m-%d %H:%M}", f"{lost + HOUR:%m-%d %H:%M}")]
    assert missing_of(ask_details([details()], [stats(OPEN_HOUR - 2 * HOUR, 2), *others])) == []


def test_an_old_bucket_that_is_stamped_again_does_not_replace_a_newer_batch() -> None:
    restamped = stats(RUN - 4 * HOUR, 1, synced_at=NOW)
    layers = {"stats": SpeedLayer(frozenset({RUN - 4 * HOUR}), NOW, known_until=RUN - 3 * HOUR)}
    inputs = view_inputs(NOW, [details()], [restamped], layers=Layers(NOW, layers))
    result = movie_details(MOVIE, inputs)
    assert result is not None
    assert result.body["data_source"] == "batch"

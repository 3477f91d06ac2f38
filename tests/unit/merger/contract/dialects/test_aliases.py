"""Other names of types, payloads, fields and stamps."""

from __future__ import annotations

from merger.contract.dialects.aliases import Aliases
from merger.contract.documents import Contract
from merger.core.windows import HOUR
from tests.unit.merger.documents import MOVIE, bucket, sentiment, total
from tests.unit.merger.examples import RUN

THEIRS = Aliases().with_extra(
    {
        "payload": ["body"],
        "view_types": {"mood": "sentiment", "temporal_trends": "sentiment"},
        "data_types": {"clicks": "trending"},
        "fields": {"reviews": "review_count", "sentiment": {"compound": "avg_sentiment"}},
        "speed_type_keys": ["kind"],
        "stamps": {"bucket": "hour", "written": "computed_at"},
    }
)


def test_a_deployments_aliases_stand_behind_the_built_in_ones() -> None:
    assert THEIRS.payload == ("data", "stats", "body")
    assert THEIRS.speed_type_keys == ("data_type", "view_type", "kind")
    assert THEIRS.view_types["temporal_trends"] == "temporal_analytics"


def test_every_spelling_is_told_ours_first() -> None:
    assert THEIRS.names_of_view("sentiment") == ("sentiment", "mood")
    assert THEIRS.names_of_type("trending") == ("trending", "clicks")
    assert THEIRS.names_of_type("stats") == ("stats", "movie_stats")
    assert THEIRS.names_of_field("avg_sentiment", "sentiment") == ("avg_sentiment", "compound")
    assert THEIRS.names_of_field("avg_sentiment", "genre_analytics") == ("avg_sentiment",)
    assert THEIRS.names_of_stamp("hour") == ("hour", "bucket", "window_start")


def test_the_places_of_fields_combine_payloads_and_names() -> None:
    two = Aliases().with_extra({"fields": {"temporal_analytics": {"day": "date"}}})
    assert two.places_of("temporal_analytics", ("metric", "date")) == (
        ("data.metric", "data.date"),
        ("data.metric", "data.day"),
        ("stats.metric", "stats.date"),
        ("stats.metric", "stats.day"),
    )
    assert two.places_of("sentiment", ("date",)) == (("data.date",), ("stats.date",), ("date",))


def test_documents_under_a_deployments_names_are_read() -> None:
    body = sentiment(3)
    body["reviews"], body["compound"] = body.pop("review_count"), body.pop("avg_sentiment")
    batch = {"movie_id": MOVIE, "view_type": "mood", "body": body, "written": RUN}
    speed = {"movie_id": MOVIE, "kind": "sentiment", "bucket": RUN, "updated_at": RUN + HOUR, "body": body}
    read = Contract(THEIRS).read([batch], [speed])
    assert read.skipped == ()
    assert read.batch[0].data == read.speed[0].data == sentiment(3)
    assert (read.batch[0].computed_at, read.speed[0].hour, read.speed[0].synced_at) == (RUN, RUN, RUN + HOUR)


def test_a_name_of_one_type_means_nothing_in_another() -> None:
    genre = {"genre": "Drama", "year": 2025, "total_movies": 1, "compound": 0.5}
    read = Contract(THEIRS).read_batch({"view_type": "genre_analytics", "computed_at": RUN, "data": genre})
    assert "avg_sentiment" not in read.data


def test_our_names_win_over_aliases() -> None:
    for data in ({"reviews": 9, **sentiment(3)}, {**sentiment(3), "reviews": 9}):
        assert Contract(THEIRS).read_batch({**total(1, RUN), "data": data}).data["review_count"] == 3
    assert Contract(THEIRS).read_speed(bucket(RUN, 1, bucket=RUN + HOUR, updated_at=RUN + 9 * HOUR)).hour == RUN

"""``movies/{id}``: the batch layer's facts with the speed layer's newer numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import (
    COMPUTED,
    CUTOFF,
    DAY,
    HOUR,
    NOW,
    OPEN_HOUR,
    batch,
    beat,
    movie,
    speed,
    speed_stats,
)

FIELDS = {
    "movie_id",
    "title",
    "release_date",
    "genres",
    "runtime",
    "budget",
    "revenue",
    "overview",
    "original_language",
    "vote_average",
    "vote_count",
    "popularity",
    "data_source",
    "last_updated",
    "freshness",
}


def test_the_fields_of_old_clients_are_there(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    assert set(api.body("movies/550")) == FIELDS | {"cast", "directors", "original_title"}


def test_details_are_batch_facts_with_the_newest_speed_numbers(api: Api) -> None:
    api.load(
        movie(550, "Fight Club", runtime=139, cast=["Edward Norton"]),
        speed_stats(550, OPEN_HOUR - HOUR, 8.0, 110, 50.0),
        speed_stats(550, OPEN_HOUR, 8.25, 120, 60.5),
        beat(["stats"]),
    )
    body = api.body("movies/550")
    assert (body["title"], body["runtime"], body["cast"]) == ("Fight Club", 139, ["Edward Norton"])
    assert (body["vote_average"], body["vote_count"], body["popularity"]) == (8.25, 120, 60.5)
    assert body["data_source"] == "merged"
    assert body["last_updated"] == "2031-03-10T12:29:00Z"
    version = body["freshness"].pop("data_version")
    assert version.split("-")[1] == "2031031012"
    assert body["freshness"] == {
        "cutoff": "2031-03-08T12:00:00Z",
        "batch_as_of": "2031-03-10T00:00:00Z",
        "speed_as_of": "2031-03-10T12:29:00Z",
        "complete": True,
        "missing": [],
        "proven": True,
        "assumed": [],
        "warnings": [],
    }


def test_a_bucket_before_the_cutoff_is_not_used(api: Api) -> None:
    api.load(movie(550, "Fight Club"), speed_stats(550, CUTOFF - HOUR, 1.0, 1, 1.0), beat(["stats"]))
    body = api.body("movies/550")
    assert (body["vote_average"], body["data_source"]) == (7.0, "batch")


def test_a_newer_batch_document_wins_over_a_lagging_speed_layer(api: Api) -> None:
    synced = COMPUTED - HOUR
    api.load(
        movie(550, "Fight Club"),
        speed_stats(550, OPEN_HOUR - 20 * HOUR, 1.0, 1, 1.0, synced_at=synced),
    )
    body = api.body("movies/550")
    assert (body["vote_average"], body["data_source"]) == (7.0, "batch")
    assert any(text.startswith("speed_lagging:") for text in body["freshness"]["warnings"])


def test_of_duplicates_the_newest_counts(api: Api) -> None:
    api.load(
        movie(550, "Older", computed_at=COMPUTED - DAY),
        movie(550, "Newer", version=2),
        movie(550, "Same time, lower version"),
        speed_stats(550, OPEN_HOUR, 9.0, 9, 9.0, synced_at=NOW - timedelta(minutes=5)),
        speed_stats(550, OPEN_HOUR, 8.0, 8, 8.0, synced_at=NOW - timedelta(minutes=2)),
    )
    body = api.body("movies/550")
    assert (body["title"], body["vote_average"]) == ("Newer", 8.0)


def test_a_movie_only_in_the_speed_layer_has_its_numbers(api: Api) -> None:
    api.load(speed_stats(7, OPEN_HOUR, 6.0, 3, 2.0))
    body = api.body("movies/7")
    assert (body["title"], body["vote_average"], body["data_source"]) == (None, 6.0, "speed")


def test_other_spellings_of_producers_are_read(api: Api) -> None:
    other = movie(550, "Fight Club", genres=[{"id": 18, "name": "Drama"}], vote_count=100.0)
    other["stats"] = other.pop("data")
    other["computed_at"] = COMPUTED.isoformat()
    bucket = speed_stats(550, OPEN_HOUR, 8.0, 8, 8.0)
    bucket["view_type"] = bucket.pop("data_type")
    api.load(other, bucket)
    body = api.body("movies/550")
    assert (body["genres"], body["vote_average"]) == (["Drama"], 8.0)


@pytest.mark.parametrize(
    "bad",
    [
        batch("movie_details", None, movie_id=550),
        batch("movie_details", [], movie_id=550),
        {**movie(550, "Strange"), "computed_at": "yesterday", "covers_until": None},
        speed("stats", 550, OPEN_HOUR, None),
    ],
    ids=["null data", "list of data", "bad date", "null bucket"],
)
def test_an_unreadable_document_only_adds_a_warning(api: Api, bad: dict[str, Any]) -> None:
    api.load(movie(550, "Fight Club"), speed_stats(550, OPEN_HOUR - HOUR, 8.0, 8, 8.0), bad)
    body = api.body("movies/550")
    assert (body["title"], body["vote_average"]) == ("Fight Club", 8.0)
    assert any(text.startswith("documents_skipped:") for text in body["freshness"]["warnings"])


def test_values_that_can_not_be_read_cost_only_themselves(api: Api) -> None:
    odd = movie(550, "Odd", overview="x" * 10_000_000, runtime=float("nan"), genres=["Drama", None], budget="9")
    api.load(odd, speed_stats(550, OPEN_HOUR - HOUR, 8.0, 8, 8.0))
    body = api.body("movies/550")
    assert (body["title"], body["vote_average"], body["budget"]) == ("Odd", 8.0, 9)
    assert (body["overview"], body["runtime"], body["genres"]) == (None, None, None)
    assert not any(text.startswith("documents_skipped:") for text in body["freshness"]["warnings"])


def test_a_hostile_title_is_returned_unchanged_as_json(api: Api) -> None:
    title = "<script>alert(1)</script> $where {\"$gt\": ''} \u202e\U0001f3ac"
    api.load(movie(550, title))
    response: Any = api.get("movies/550")
    assert response.json()["title"] == title
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_movie_is_a_404(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    problem = api.body("movies/551", status=404)
    assert problem["type"] == "urn:problem-type:lambdaserve:unknown-movie"
    assert problem["detail"] == "There is no movie 551."


def test_a_movie_in_empty_collections_is_a_404(api: Api) -> None:
    assert api.body("movies/550", status=404)["status"] == 404


@pytest.mark.parametrize("bad", ["abc", "-1", "5.5", "1e3", "٥", "1000000000001", "9" * 400, "5 5", "%00"])
def test_a_bad_id_is_a_400_that_names_it(api: Api, bad: str) -> None:
    assert set(api.refused(f"movies/{bad}", {})) == {"movie_id"}


def test_a_second_answer_is_a_hit_with_its_age(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    first = api.get("movies/550")
    api.now += timedelta(seconds=7)
    second = api.get("movies/550")
    assert (first["X-Cache"], first["Age"]) == ("MISS", "0")
    assert (second["X-Cache"], second["Age"]) == ("HIT", "7")
    assert first["Cache-Control"] == "public, max-age=5"
    assert second["Cache-Control"] == "public, max-age=12"
    assert first["ETag"] == second["ETag"]


def test_a_request_with_the_current_etag_gets_a_304(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    tag = api.get("movies/550")["ETag"]
    again: Any = api.get("movies/550", If_None_Match=f'W/"other", {tag}')
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["X-Cache"]) == (tag, "HIT")
    assert api.get("movies/550", If_None_Match='"other"').status_code == 200


def test_strict_refuses_an_incomplete_answer_with_its_missing_hours(api: Api) -> None:
    api.load(movie(550, "Fight Club"), speed_stats(551, OPEN_HOUR, 8.0, 8, 8.0))
    problem = api.body("movies/550", {"completeness": "strict"}, 503)
    assert problem["type"] == "urn:problem-type:lambdaserve:incomplete"
    assert problem["missing"] == [{"start": "2031-03-10T00:00:00Z", "end": "2031-03-10T12:00:00Z"}]
    assert api.get("movies/550", {"completeness": "strict"})["Retry-After"] == "60"
    assert api.body("movies/550")["freshness"]["missing"] == problem["missing"]


def test_strict_returns_a_complete_answer(api: Api) -> None:
    api.load(movie(550, "Fight Club"), beat(["stats"]))
    assert api.body("movies/550", {"completeness": "strict"})["freshness"]["complete"] is True


def test_an_answer_for_some_callers_is_not_served_to_all(api: Api, settings: Any) -> None:
    api.load(movie(550, "Fight Club"))
    settings.ANONYMOUS_READ = False
    assert api.get("movies/550").status_code == 401

"""The batch job's documents follow from the events and the facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from merger.contract.documents import Contract
from merger.contract.payloads import VIEWS
from merger.core.windows import DAY, HOUR
from sample_data.batch_job import JobRun, digest, overview
from sample_data.facts import Movie
from tests.unit.sample_data.streams import CUT, EPOCH, Raw, batch, events, of_type, scores, small_world


@pytest.fixture(scope="module")
def documents() -> list[Raw]:
    return batch(small_world())


def totals_and_days(documents: list[Raw]) -> tuple[dict[int, Raw], dict[int, list[Raw]]]:
    totals: dict[int, Raw] = {}
    days: dict[int, list[Raw]] = defaultdict(list)
    for document in of_type(documents, "sentiment"):
        if "date" in document["data"]:
            days[document["movie_id"]].append(document["data"])
        else:
            totals[document["movie_id"]] = document["data"]
    return totals, days


def test_the_contract_reads_every_document_of_all_five_view_types(documents: list[Raw]) -> None:
    read = Contract().read(batch=documents)
    assert read.skipped == ()
    assert {document.view_type for document in read.batch} == set(VIEWS)
    assert {document.covers_until for document in read.batch} == {CUT}


def test_ids_are_unique_and_begin_with_the_view_type(documents: list[Raw]) -> None:
    ids = [document["_id"] for document in documents]
    assert len(set(ids)) == len(ids)
    assert all(document["_id"].startswith(f"sample:{document['view_type']}:") for document in documents)


def test_the_same_run_writes_the_same_documents(documents: list[Raw]) -> None:
    assert batch(small_world()) == documents


def test_documents_carry_the_stamps_of_their_run(documents: list[Raw]) -> None:
    stamps = {(d["computed_at"], d["covers_until"], d["batch_run_id"], d["version"]) for d in documents}
    assert stamps == {(CUT + 2 * HOUR, CUT, "batch_2026_10_13", 1)}


def test_every_movie_has_a_total_even_without_reviews() -> None:
    world = small_world()
    totals, _ = totals_and_days(batch(world, EPOCH + HOUR))
    assert set(totals) == {movie.movie_id for movie in world.movies}
    assert any(total["review_count"] == 0 for total in totals.values())


def test_days_add_up_to_the_total_of_each_movie(documents: list[Raw]) -> None:
    totals, days = totals_and_days(documents)
    assert sum(total["review_count"] for total in totals.values()) > 500
    for movie_id, total in totals.items():
        for name in ("review_count", "positive_count", "negative_count", "neutral_count"):
            assert sum(day[name] for day in days[movie_id]) == total[name]
        weighted = sum(day["avg_sentiment"] * day["review_count"] for day in days[movie_id])
        assert weighted == pytest.approx(total["avg_sentiment"] * total["review_count"])


def test_totals_and_days_equal_the_sums_over_events(documents: list[Raw]) -> None:
    world = small_world()
    totals, days = totals_and_days(documents)
    for movie in world.movies[:30]:
        expected = scores(world, EPOCH, CUT, movie.movie_id)
        assert totals[movie.movie_id]["review_count"] == len(expected)
        assert totals[movie.movie_id]["avg_sentiment"] * len(expected) == pytest.approx(sum(expected), abs=1e-5)
        last_day = scores(world, EPOCH + 3 * DAY, CUT, movie.movie_id)
        stored = [day["review_count"] for day in days[movie.movie_id] if day["date"] == "2026-10-13"]
        assert stored == ([len(last_day)] if last_day else [])


def test_a_cut_inside_an_hour_leaves_out_later_events() -> None:
    world, cut = small_world(), CUT + timedelta(minutes=17)
    totals, _ = totals_and_days(batch(world, cut))
    for movie in world.movies[:30]:
        assert totals[movie.movie_id]["review_count"] == len(scores(world, EPOCH, cut, movie.movie_id))


def test_a_later_run_leaves_out_only_unchanged_days(documents: list[Raw]) -> None:
    world, later = small_world(), CUT + DAY
    whole, added = batch(world, later), batch(world, later, since=CUT)
    stored = {document["_id"]: document for document in documents}
    stored.update((document["_id"], document) for document in added)
    assert len(added) < len(whole)
    assert {key: document["data"] for key, document in stored.items()} == {
        document["_id"]: document["data"] for document in whole
    }


def test_details_are_the_real_facts_with_changed_numbers(documents: list[Raw]) -> None:
    world = small_world()
    states = digest(world, CUT).states
    details = {document["movie_id"]: document["data"] for document in of_type(documents, "movie_details")}
    assert set(details) == {movie.movie_id for movie in world.movies}
    for movie in world.movies:
        data = details[movie.movie_id]
        assert (data["title"], tuple(data["genres"]), data.get("budget")) == (
            movie.title,
            movie.genres,
            movie.budget,
        )
        assert data["vote_count"] == states[movie.movie_id].vote_count >= movie.vote_count
        assert data["popularity"] == states[movie.movie_id].popularity(CUT)


def test_trends_count_the_hours_with_events_and_the_reviews(documents: list[Raw]) -> None:
    world = small_world()
    first_day = list(events(world, EPOCH, EPOCH + DAY))
    points = {
        document["data"]["metric"]: document["data"]
        for document in of_type(documents, "temporal_analytics")
        if document["data"]["date"] == "2026-10-10" and not {"genre", "movie_id"} & document["data"].keys()
    }
    observed = len({(event.movie_id, event.at.hour) for event in first_day})
    expected = [event.value for event in first_day if event.kind == "review"]
    assert points["rating"]["count"] == points["popularity"]["count"] == observed
    assert points["sentiment"]["count"] == len(expected)
    assert points["sentiment"]["value"] == pytest.approx(sum(expected) / len(expected))


def test_trends_carry_the_movie_id_or_the_genre_or_neither(documents: list[Raw]) -> None:
    world = small_world()
    kinds: Counter[str] = Counter()
    for document in of_type(documents, "temporal_analytics"):
        data = document["data"]
        kinds["movie" if "movie_id" in data else "genre" if "genre" in data else "all"] += 1
        assert document.get("movie_id") == data.get("movie_id")
        assert not ("movie_id" in data and "genre" in data)
    assert kinds["all"] == 3 * 4
    assert kinds["genre"] > kinds["all"]
    followed = {d["movie_id"] for d in of_type(documents, "temporal_analytics") if "movie_id" in d}
    assert followed <= {movie.movie_id for movie in world.movies[:40]}
    assert len(followed) > 20


def test_overview_sentence_consists_of_facts() -> None:
    movie = Movie(1, "X", "1995-12-09", ("Crime",), 98, None, None, 6.5, 530, 22.8, "en", ("A", "B"), ("C",))
    assert overview(movie) == "A Crime film from 1995, directed by C, with A and B."
    animated = Movie(3, "Z", "1999-01-01", ("Animation", "Family"), None, None, None, 0.0, 0, 0.0, "en", (), ())
    assert overview(animated) == "An Animation / Family film from 1999."
    bare = Movie(2, "Y", "2001-01-01", (), None, None, None, 0.0, 0, 0.0, "en", (), ())
    assert overview(bare) == "A film from 2001."


def test_a_run_is_named_after_the_day_it_finished() -> None:
    assert JobRun(EPOCH, EPOCH + 2 * HOUR).run_id == "batch_2026_10_10"

"""The reader: all inputs of an answer, or those of one layer while the other one fails.

Requirement F5.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from merger.answers.answer import Answer
from merger.answers.service import PROVISIONAL_TTL
from merger.contract.collections import BATCH, SPEED
from merger.core.evidence import Completeness
from merger.core.windows import Window
from merger.deadline import deadline
from merger.errors import Incomplete, NotFound, StoreError, StoreFault, StoreUnavailable
from merger.speed.tables import HourRange
from merger.stores.store import Document, Find
from merger.views.freshness import TTLClass, describe
from merger.views.plans import Plan, PlanContext, View, movie_reads
from merger.views.reading import ViewInputs, ViewResult
from movies import selectors as movies
from movies.details import movie_details
from tests.unit.merger.answers.served import HOUR, TOP, VIEW, ByMovie, Served, build, details, stats


def plan_of_a_movie(question: PlanContext[ByMovie]) -> Plan:
    reads = movie_reads(question.params.movie_id, ("movie_details",), question, speed_from=question.boundary.cutoff)
    return Plan(reads=reads)


def build_of_a_movie(params: ByMovie, inputs: ViewInputs) -> ViewResult:
    found = movie_details(params.movie_id, inputs)
    if found is None:
        raise NotFound("movie", params.movie_id)
    return found


DETAILS = View("tests.details", TTLClass.STABLE, plan_of_a_movie, build_of_a_movie, coverage=("stats",))
AWAY = StoreUnavailable("away")


def codes(answer: Answer) -> list[str]:
    return [warning.partition(":")[0] for warning in answer.data["freshness"]["warnings"]]


def both() -> Served:
    return Served([details(), details(2)], [stats(), stats(0)])


def test_nothing_is_read_twice_for_one_answer() -> None:
    served = Served([details()], [stats()])
    served.service.warm_up()
    served.store.finds.clear()
    served.service.fetch(VIEW, ByMovie(1))
    by_collection = [name for name, wanted in served.store.finds if "movie_id" in wanted]
    assert sorted(by_collection) == [BATCH, SPEED]


def test_find_that_fails_in_its_thread_fails_its_layer() -> None:
    served = Served([details()], [stats()])
    broken = Plan(reads=(Find(BATCH, {"movie_id": 1}), Find(SPEED, {"movie_id": 1, "hour": {"$nonsense": 1}})))
    view = View("tests.broken", TTLClass.STABLE, lambda _: broken, build)
    with pytest.raises(KeyError):
        served.service.fetch(view, ByMovie(1))


def test_read_that_hangs_in_its_thread_fails_its_layer_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    served, ended = both(), threading.Event()
    served.service.warm_up()
    find = served.store.find

    def hang(wanted: Find) -> list[Document]:
        if wanted.collection == SPEED and "movie_id" in wanted.filter:
            ended.wait(30)
        return find(wanted)

    monkeypatch.setattr(served.store, "find", hang)
    try:
        with deadline(0.1):
            answer = served.service.fetch(DETAILS, ByMovie(1))
        assert not ended.is_set()
        assert codes(answer)[0] == "speed_unavailable"
    finally:
        ended.set()


@pytest.mark.parametrize("error", [AWAY, StoreFault("disk full")])
def test_speed_failure_gives_a_partial_answer_that_names_what_it_lacks(error: StoreError) -> None:
    served = both()
    served.store.failing[SPEED] = error
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.data["title"], answer.data["vote_average"], answer.data["data_source"]) == ("Movie 1", None, "batch")
    assert codes(answer) == ["speed_unavailable", "hours_missing", "coverage_assumed"]
    assert answer.missing == ((TOP - 9 * HOUR, TOP),)
    assert answer.max_age == PROVISIONAL_TTL


def test_batch_failure_gives_a_partial_answer_that_names_what_it_lacks() -> None:
    served = both()
    served.store.failing[BATCH] = AWAY
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.data["title"], answer.data["vote_average"], answer.data["data_source"]) == (None, 7.5, "speed")
    assert codes(answer) == ["batch_unavailable", "hours_missing"]
    assert answer.missing == ((None, TOP - 48 * HOUR),)


def test_strict_request_refuses_a_partial_answer() -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    with pytest.raises(Incomplete):
        served.service.fetch(DETAILS, ByMovie(1), completeness=Completeness.STRICT)


def test_layer_that_fails_half_way_is_not_used_at_all() -> None:
    """The layers' state was known a moment ago, so that only the movie's own read fails."""
    served = both()
    served.service.fetch(DETAILS, ByMovie(2))
    served.store.failing[SPEED] = AWAY
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert codes(answer) == ["speed_unavailable", "hours_missing", "coverage_assumed"]
    assert answer.missing == ((TOP - 9 * HOUR, TOP),)


def test_missing_movie_is_a_store_error_while_a_layer_fails() -> None:
    served = both()
    served.store.failing[BATCH] = AWAY
    with pytest.raises(StoreUnavailable):
        served.service.fetch(DETAILS, ByMovie(2))


@pytest.mark.parametrize("broken", [False, True], ids=["readable", "unreadable"])
def test_a_movie_that_documents_of_other_types_name_is_not_unknown(*, broken: bool) -> None:
    total = {**details(2), "view_type": "sentiment"}
    total["data"] = [1] if broken else {"review_count": 1, "positive_count": 1, "negative_count": 0, "neutral_count": 0}
    served = Served([details(), total], [stats()])
    with pytest.raises(NotFound):
        served.service.fetch(movies.DETAILS, movies.Movie(3))
    answer = served.service.fetch(movies.DETAILS, movies.Movie(2))
    assert (answer.data["movie_id"], answer.data["title"]) == (2, None)
    assert bool(answer.missing) or not broken
    assert ("documents_skipped" in codes(answer)) is broken


def test_no_answer_when_both_layers_fail() -> None:
    served = both()
    served.store.failing |= {BATCH: AWAY, SPEED: AWAY}
    with pytest.raises(StoreUnavailable):
        served.service.fetch(DETAILS, ByMovie(1))


def test_stale_answer_is_preferred_to_a_partial_one() -> None:
    served = both()
    whole = served.service.fetch(DETAILS, ByMovie(1))
    served.now += timedelta(seconds=700)
    served.seconds += 700
    served.store.failing[SPEED] = AWAY
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.state, answer.data["vote_average"]) == ("STALE", whole.data["vote_average"])
    assert answer.missing == whole.missing


def test_partial_answer_is_replaced_once_the_layer_answers() -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    assert served.service.fetch(DETAILS, ByMovie(1)).missing
    served.store.failing.clear()
    served.now += timedelta(seconds=2)
    served.seconds += 6
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.state, answer.data["vote_average"], codes(answer)) == ("MISS", 7.5, [])


def test_partial_answer_is_recomputed_and_never_served_as_stale() -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    served.service.fetch(DETAILS, ByMovie(1))
    served.now += timedelta(seconds=10)
    served.seconds += 10
    answer = served.service.fetch(DETAILS, ByMovie(1))
    assert (answer.state, codes(answer)) == ("MISS", ["speed_unavailable", "hours_missing", "coverage_assumed"])


@pytest.mark.parametrize("rests_on", [(SPEED,), (BATCH, SPEED)])
def test_view_that_rests_on_the_failing_layer_is_refused(rests_on: tuple[str, ...]) -> None:
    served = both()
    served.store.failing[SPEED] = AWAY
    with pytest.raises(StoreUnavailable):
        served.service.fetch(replace(DETAILS, rests_on=rests_on), ByMovie(1))


def test_catalogue_view_is_answered_from_the_present_copy_during_an_outage() -> None:
    def titles(params: ByMovie, inputs: ViewInputs) -> ViewResult:
        body = {"title": inputs.catalogue.title_of(params.movie_id)}
        return ViewResult(body, describe(inputs.boundary, inputs.layers))

    view = View("tests.titles", TTLClass.STABLE, lambda _: Plan(catalogue=True), titles, rests_on=(BATCH,))
    served = both()
    served.store.failing[BATCH] = AWAY
    with pytest.raises(StoreUnavailable):
        served.service.fetch(view, ByMovie(1))
    served.store.failing.clear()
    served.service.warm_up()
    served.store.failing[BATCH] = AWAY
    served.seconds += 10
    answer = served.service.fetch(view, ByMovie(1))
    assert (answer.data["title"], codes(answer)) == ("Movie 1", ["batch_unavailable"])


def test_copies_answer_while_both_layers_fail() -> None:
    def titles(params: ByMovie, inputs: ViewInputs) -> ViewResult:
        body = {"title": inputs.catalogue.title_of(params.movie_id)}
        return ViewResult(body, describe(inputs.boundary, inputs.layers))

    hours = HourRange(("stats",), Window(TOP - HOUR, TOP))
    view = View("tests.titles", TTLClass.STABLE, lambda _: Plan(hours=hours, catalogue=True), titles)
    reads = View("tests.reads", TTLClass.STABLE, DETAILS.plan, titles)
    served = both()
    served.store.failing = {BATCH: AWAY, SPEED: AWAY}
    with pytest.raises(StoreUnavailable):
        served.service.fetch(view, ByMovie(1))
    served.store.failing.clear()
    served.service.warm_up()
    served.store.failing |= {BATCH: AWAY, SPEED: AWAY}
    served.seconds += 10
    answer = served.service.fetch(view, ByMovie(1))
    assert (answer.data["title"], codes(answer)) == ("Movie 1", ["batch_unavailable", "speed_unavailable"])
    assert answer.max_age == PROVISIONAL_TTL
    with pytest.raises(StoreUnavailable):
        served.service.fetch(reads, ByMovie(1))

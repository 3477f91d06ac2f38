"""Every rule about faults fails where it should, and names what it found; figures are what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from tests.integration.faults.figures import IN_A_ROW, Course, Key, Outcome, Sample, Spread, recovery
from tests.integration.faults.judge import PROBLEM, Reply, Verdict
from tests.integration.faults.rules import OPENS_WITHIN, RECOVERY, Rules, Terms

COURSE = Course(begun=100.0, broken=110.0, mending=120.0, mended=121.0, ended=145.0)
STATUS = {Verdict.FRESH: 200, Verdict.MARKED: 200, Verdict.WRONG: 200, Verdict.REFUSED: 503, Verdict.GONE: 404}

Judged = tuple[Sample, Verdict | None]


def at(
    sent: float,
    key: Key = Key.CACHED,
    verdict: Verdict = Verdict.FRESH,
    took: float = 0.01,
    body: bytes = b"",
    **more: object,
) -> Judged:
    status = {Verdict.FAILED: 502, Verdict.LOST: 0}.get(verdict, STATUS.get(verdict, 0))
    reply = Reply(status, PROBLEM if status != 200 else "application/json", body=body)
    began, error = bool(more.get("began", status)), str(more.get("error", ""))
    return Sample(key, "/api/v1/movies/603", sent, sent, took, reply, began, error), verdict


def health(sent: float, status: int) -> Judged:
    return Sample(Key.HEALTH, "/api/v1/health/live", sent, sent, 0.01, Reply(status)), None


def well(since: float = 100.0, until: float = 145.0) -> list[Judged]:
    """All is well all the time: of each kind a request every 50 ms."""
    times = [since + 0.05 * place for place in range(int((until - since) / 0.05))]
    return [*(at(time) for time in times), *(at(time, Key.NEW) for time in times)]


def broken_by(*more: Judged, terms: Terms | None = None, samples: Sequence[Judged] | None = None) -> dict[str, str]:
    """Rules that did not hold, with what they found."""
    outcome = Outcome(COURSE, [*(well() if samples is None else samples), *more])
    return {rule.rule: rule.found for rule in Rules(terms or Terms()).broken(outcome)}


def without(keys: Iterable[str], since: float, until: float) -> list[Judged]:
    return [pair for pair in well() if not (pair[0].key in keys and since <= pair[0].sent < until)]


def test_no_rule_is_broken_without_trouble() -> None:
    assert broken_by(terms=Terms(opens_breaker=True)) == {}


@pytest.mark.parametrize(
    ("sample", "rule"),
    [
        (at(115.0, verdict=Verdict.WRONG), "no wrong number"),
        (at(115.0, Key.NEW, Verdict.GONE), "no wrong number"),
        (at(115.0, verdict=Verdict.REFUSED), "no error for a cached key"),
        (at(115.0, Key.NEW, took=2.6), "an answer or an error within the deadline"),
        (at(115.0, Key.NEW, Verdict.FAILED), "errors are 503 problems with Retry-After"),
        (at(115.0, Key.NEW, Verdict.LOST), "no answer is lost"),
        (health(115.0, 503), "liveness always answers"),
        (at(105.0, Key.NEW, Verdict.REFUSED), "all is well before"),
    ],
)
def test_a_single_request_breaks_a_rule_and_is_named(sample: Judged, rule: str) -> None:
    broken = broken_by(sample)
    assert set(broken) == {rule}
    assert sample[0].path in broken[rule]
    assert f"{sample[0].sent - COURSE.broken:+.1f} s" in broken[rule]


@pytest.mark.parametrize("key", [Key.NEW, Key.STRICT])
def test_uncached_and_strict_requests_may_be_refused(key: Key) -> None:
    assert broken_by(at(115.0, key, Verdict.REFUSED)) == {}


def test_marked_answers_are_no_errors() -> None:
    assert broken_by(at(115.0, verdict=Verdict.MARKED)) == {}


def test_five_percent_of_answers_may_be_slow_while_breaker_is_open() -> None:
    terms, since = Terms(opens_breaker=True), COURSE.broken + OPENS_WITHIN
    count = len(COURSE.during([sample for sample, _ in well()], OPENS_WITHIN))
    slow = [at(since + 0.001, took=0.2)] * (count // 19 + 2)
    assert set(broken_by(*slow, terms=terms)) == {"fast while the breaker is open"}
    assert broken_by(*slow[: count // 20], terms=terms) == {}
    assert broken_by(*slow) == {}


def test_fault_without_requests_proves_nothing() -> None:
    samples = without((Key.CACHED, Key.NEW), COURSE.broken, COURSE.mended)
    assert (
        "nothing was asked"
        in broken_by(terms=Terms(opens_breaker=True), samples=samples)["fast while the breaker is open"]
    )


@pytest.mark.parametrize("key", [Key.CACHED, Key.NEW])
def test_both_kinds_of_keys_have_to_recover(key: Key) -> None:
    late = without((key,), COURSE.mended, COURSE.mended + RECOVERY + 1)
    assert broken_by(samples=late)["recovers by itself"].startswith("after 11.")
    never = without((key,), COURSE.mended, COURSE.ended)
    assert broken_by(samples=never)["recovers by itself"].startswith("not within")


def test_a_row_of_fresh_answers_starts_over_after_any_other() -> None:
    row = [at(130.0 + place) for place in range(IN_A_ROW)]
    assert recovery(row, Key.CACHED, 121.0) == 9.0
    assert recovery(row[1:], Key.CACHED, 121.0) is None
    assert recovery([*row, at(130.5, verdict=Verdict.MARKED)], Key.CACHED, 121.0) is None
    assert recovery([at(129.5, verdict=Verdict.MARKED), *reversed(row)], Key.CACHED, 121.0) == 9.0
    assert recovery(row, Key.NEW, 121.0) is None


def test_complete_answers_may_be_refused_before_a_fault_in_a_world_that_lacks_hours_and_no_others() -> None:
    terms, rule = Terms(lacks_hours=True), "all is well before"
    incomplete = b'{"type": "urn:problem-type:lambdaserve:incomplete"}'
    refused = at(105.0, Key.STRICT, Verdict.REFUSED, body=incomplete)
    assert rule in broken_by(refused)
    assert rule not in broken_by(refused, terms=terms)
    assert rule in broken_by(at(105.0, Key.STRICT, Verdict.REFUSED), terms=terms)
    assert rule in broken_by(at(105.0, Key.CACHED, Verdict.REFUSED, body=incomplete), terms=terms)


def test_documents_in_motion_excuse_wrong_numbers_for_so_long_and_no_longer() -> None:
    terms = Terms(in_motion=5.0)
    for sent in (110.0, 114.9, 120.0, 125.9):
        assert broken_by(at(sent, Key.STRICT, Verdict.WRONG), terms=terms) == {}
    for sent in (109.9, 115.1, 126.1):
        assert set(broken_by(at(sent, Key.STRICT, Verdict.WRONG), terms=terms)) == {"no wrong number"}


def test_documents_that_move_while_a_request_is_answered_excuse_its_numbers() -> None:
    under_way = at(109.9, Key.NEW, Verdict.WRONG, took=0.2)
    assert broken_by(under_way, terms=Terms(in_motion=5.0)) == {}
    assert set(broken_by(under_way)) == {"no wrong number"}


def test_missing_answer_is_right_only_while_documents_are_gone() -> None:
    assert broken_by(at(115.0, verdict=Verdict.GONE), terms=Terms(takes_data=True)) == {}


def test_lost_keys_do_not_count_as_cached_while_they_are_rewritten() -> None:
    terms = Terms(takes_data=True, in_motion=5.0)
    assert broken_by(at(123.0, verdict=Verdict.REFUSED), terms=terms) == {}
    assert list(broken_by(at(127.0, verdict=Verdict.REFUSED), terms=terms)) == ["no error for a cached key"]


def test_with_the_cache_gone_a_tenth_may_be_forgotten_and_no_more() -> None:
    terms = Terms(takes_cache=True)
    asked = int((COURSE.mended - COURSE.broken) / 0.05)
    refused = [at(111.0 + 0.01 * place, verdict=Verdict.REFUSED) for place in range(asked // 5)]
    assert broken_by(*refused[: asked // 10], terms=terms) == {}
    assert "no error for a cached key" in broken_by(*refused, terms=terms)


def test_store_errors_excuse_502_but_not_for_cached_keys() -> None:
    assert broken_by(at(115.0, Key.NEW, Verdict.FAILED), terms=Terms(errors=True)) == {}
    assert set(broken_by(at(115.0, verdict=Verdict.FAILED), terms=Terms(errors=True))) == {"no error for a cached key"}


def test_a_worker_takes_with_it_what_it_was_answering_and_nothing_later() -> None:
    terms = Terms(ends_worker=True)
    assert broken_by(at(109.9, Key.NEW, Verdict.LOST, took=0.2), at(110.5, Key.NEW, Verdict.LOST), terms=terms) == {}
    assert set(broken_by(at(111.5, Key.NEW, Verdict.LOST), terms=terms)) == {"no answer is lost"}


def test_ending_server_may_refuse_connections_but_breaks_off_no_answer() -> None:
    terms = Terms(ends_server=True)
    samples = [pair for pair in well() if pair[0].sent < COURSE.broken]
    assert broken_by(at(111.0, Key.NEW, Verdict.LOST), terms=terms, samples=samples) == {}
    for lost in (at(111.0, Key.NEW, Verdict.LOST, began=True), at(109.99, Key.NEW, Verdict.LOST)):
        assert "no answer is lost" in broken_by(lost, terms=terms, samples=samples)


def test_lost_requests_have_no_answer_time_and_lateness_is_the_generators() -> None:
    lost, answered = at(115.0, verdict=Verdict.LOST, took=8.0)[0], at(115.0, took=0.02)[0]
    assert Spread.of([lost, answered]) == Spread(1, 20.0, 20.0, 20.0, 20.0)
    assert Spread.of([lost]).count == 0
    assert Sample(Key.NEW, "/", due=1.0, sent=1.5, took=0.1, reply=Reply(200)).late == 0.5

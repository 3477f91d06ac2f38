"""The scenarios of the comparison and the stream of requests by Zipf's law."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.harness.workload import workload
from benchmarks.harness.zipf import SHARES, mix
from benchmarks.scenarios.scenarios import COLD, HOT, NOT_MODIFIED, WARM, ZIPF, Scenario, scenarios
from sample_data.facts import load_movies

NOT_OF_THE_PEER = ("people", "recommendations/", "trending/history")
MOVIES = load_movies()
STREAM = mix(MOVIES, 20_000)


def test_every_cached_endpoint_of_both_servers_has_its_share_of_the_stream() -> None:
    cached = {endpoint.name for endpoint in workload(MOVIES) if endpoint.cached}
    assert {name for name in cached if name in SHARES or not name.startswith(NOT_OF_THE_PEER)} == set(SHARES)
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_movie_at_twice_the_rank_is_requested_half_as_often() -> None:
    asked = Counter(path for path in STREAM if path.count("/") == 4 and "/movies/" in path and "?" not in path)
    first, fourth = (asked[f"/api/v1/movies/{MOVIES[rank].movie_id}"] for rank in (0, 3))
    assert first / fourth == pytest.approx(4.0, rel=0.25)
    assert asked.most_common(1)[0][0].endswith(f"/{MOVIES[0].movie_id}")


def test_same_seed_gives_the_same_stream_and_another_seed_another() -> None:
    assert mix(MOVIES[:500], 100) == mix(MOVIES[:500], 100)
    assert mix(MOVIES[:500], 100) != mix(MOVIES[:500], 100, seed=2)


def test_each_scenario_is_what_its_name_says() -> None:
    found = {scenario.name: scenario for scenario in scenarios(MOVIES, requests=100, lead=50)}
    assert list(found) == [HOT, NOT_MODIFIED, WARM, COLD, ZIPF]
    assert len(found[HOT].paths) < 10
    assert found[NOT_MODIFIED].conditional
    for name in (WARM, COLD):
        assert len(set(found[name].paths)) == len(found[name].paths) > 9_000
    assert found[COLD].begins_empty
    assert (found[ZIPF].lead, len(found[ZIPF].paths)) == (50, 100)


def test_unexpected_answers_violate_the_scenario() -> None:
    warm = Scenario("warm", "", ("/",), expected="200 HIT", at_least=0.9)
    assert warm.violation({"200 HIT": 90, "200 MISS": 10}) is None
    assert warm.violation({"200 HIT": 89, "200 MISS": 11}) == (
        "of 100 answers 89 were '200 HIT'; at least 90.0% should be"
    )
    assert warm.violation({}) is not None


def test_a_key_that_comes_round_again_may_be_a_hit() -> None:
    cold = Scenario("cold", "", ("/one", "/two"), begins_empty=True, expected="200 MISS", at_least=1.0)
    assert cold.violation({"200 MISS": 2, "200 HIT": 8}) is None
    assert cold.violation({"200 MISS": 1, "200 HIT": 8}) is not None

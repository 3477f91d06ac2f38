"""Samples that pick the same identities from every run."""

from __future__ import annotations

import random

import pytest

from merger.gates.sample import Sample, pairs, stable_hash


def sample(identities: list[int], size: int = 100) -> Sample[int]:
    result: Sample[int] = Sample(size)
    for identity in identities:
        key = stable_hash(identity)
        if result.wants(key):
            result.add(key, identity)
    return result


def test_hash_is_the_same_in_every_process() -> None:
    assert stable_hash(("sentiment", 603, "2026-11-24")) == 2426386773871321640


def test_a_sample_keeps_the_same_identities_in_any_order() -> None:
    identities = list(range(1000))
    shuffled = random.Random(1).sample(identities, 1000)
    assert sample(identities).entries == sample(shuffled).entries
    assert len(sample(identities).entries) == 100


def test_pairs_tell_the_share_that_vanished() -> None:
    new, old = sample([each for each in range(4000) if each % 4]), sample(list(range(4000)))
    found = [one is not None for one, other in pairs(new, old) if other is not None]
    assert len(found) > 60
    assert found.count(False) / len(found) == pytest.approx(0.25, abs=0.12)


def test_pairs_of_small_runs_are_exact() -> None:
    one, other = sample([1, 2]), sample([2, 3])
    found = [*pairs(one, other)]
    assert set(found) == {(1, None), (2, 2), (None, 3)}


def test_an_identity_beyond_either_sample_is_no_pair() -> None:
    small, large = sample(list(range(1000)), size=10), sample(list(range(1000)))
    assert [one == other for one, other in pairs(small, large)] == [True] * 10


def test_repeated_identities_are_counted() -> None:
    assert sample(list(range(1000))).repeated_share == 0
    assert sample([*range(1000), *range(1000)]).repeated_share == pytest.approx(0.5)
    assert sample([]).repeated_share == 0

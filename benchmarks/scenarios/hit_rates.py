"""Simulates the hit rate of a cache when a few requests are frequent and many are rare. Pure and seeded."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, islice


@dataclass(frozen=True, slots=True)
class Demand:
    """A simulated stream of requests.

    Args:
        questions: number of different requests.
        exponent: s; the request at rank r is sent in proportion to 1 / r^s (Zipf's law).
        requests: how many are simulated, the first half of which fill the cache and are not counted.
    """

    questions: int
    exponent: float
    requests: int = 2_000_000


def hit_rates(demand: Demand, sizes: Sequence[int], seed: int = 1) -> list[float]:
    """Simulates the hit rate of a cache that evicts the least recently used answer (LRU).

    Args:
        demand: the stream of requests.
        sizes: answers that the cache holds; of each, its hit rate.
        seed: another one draws other requests.
    """
    dice = random.Random(seed)
    weights = list(accumulate(1 / rank**demand.exponent for rank in range(1, demand.questions + 1)))
    stream = dice.choices(range(demand.questions), cum_weights=weights, k=demand.requests)
    return [_hit_rate(stream, size) for size in sizes]


def fresh_hit_rate(demand: Demand, per_second: float, seconds: float, seed: int = 1) -> float:
    """Simulates the hit rate of a cache that holds everything, but each answer only for a time.

    Args:
        demand: the stream of requests.
        per_second: requests.
        seconds: that an answer is fresh.
        seed: another one draws other requests.
    """
    dice = random.Random(seed)
    weights = list(accumulate(1 / rank**demand.exponent for rank in range(1, demand.questions + 1)))
    made: dict[int, float] = {}
    hits = 0
    half = demand.requests // 2
    for number, question in enumerate(dice.choices(range(demand.questions), cum_weights=weights, k=demand.requests)):
        now = number / per_second
        if now - made.get(question, float("-inf")) < seconds:
            hits += number >= half
        else:
            made[question] = now
    return hits / (demand.requests - half)


def _hit_rate(stream: Sequence[int], size: int) -> float:
    held: OrderedDict[int, None] = OrderedDict()
    hits = 0
    half = len(stream) // 2
    for question in stream[:half]:
        _ask(held, question, size)
    for question in islice(stream, half, None):
        hits += _ask(held, question, size)
    return hits / (len(stream) - half)


def _ask(held: OrderedDict[int, None], question: int, size: int) -> bool:
    is_there = question in held
    if is_there:
        held.move_to_end(question)
    else:
        held[question] = None
        if len(held) > size:
            held.popitem(last=False)
    return is_there

"""Writes the parts of docs/scaling.md that come from a measurement or a simulation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from benchmarks.harness.machine import Machine
from benchmarks.reports.tables import align_table
from benchmarks.scenarios.capacity import Capacity
from benchmarks.scenarios.capacity_model import BUSY, Cost, need
from benchmarks.scenarios.hit_rates import Demand, fresh_hit_rate, hit_rates

PART, HIT_RATES = "capacity", "hit rates"
LOADS = (1_000, 10_000, 100_000)
MOVIES = (1_000_000, 100_000_000)
HELD_SHARES = (0.001, 0.01, 0.05, 0.1, 0.25, 1.0)
QUESTIONS = (10_000, 1_000_000)
FRESH_FOR = 240
"""Seconds: CACHE_TTL_VOLATILE by default."""

_HELD_OF_MOVIE = 76e6 / 500_000
"""Bytes per movie that a process keeps for search and analytics (docs/decisions/0005)."""
_GIB = 2**30


def capacity_section(found: Capacity, machine: Machine, now: datetime) -> str:
    """Describes the cost of a request, and what larger loads and collections need.

    Args:
        found: what was measured.
        machine: on which.
        now: when, aware UTC.
    """
    sizes = found.sizes
    measured = (
        f"Measured {now:%Y-%m-%d} on {machine.processor}, {machine.cores} cores, {machine.system}: one worker, the "
        f"sample world's {sizes.movies:,} movies. An idle worker uses {found.idle:.1%} of a core, which is taken off."
    )
    loads = f"What larger loads of the mix need, with cores planned to be {BUSY:.0%} busy:"
    stored = (
        f"Documents, as BSON without indexes and before MongoDB packs them: {sizes.batch_bytes / 1000:.1f} kB of the "
        f"batch layer and {sizes.speed_bytes / 1000:.1f} kB of the speed layer for each movie, "
        f"{sizes.shared_bytes / 1e6:.1f} MB of all movies together; an answer in Redis takes "
        f"{sizes.entry_bytes / 1000:.1f} kB."
    )
    return "\n\n".join([measured, _costs(found), loads, _loads(found.mixed), stored, _of_movies(found)])


def hit_rate_section() -> str:
    """Describes hit rates by the cache's size, and by load where answers expire."""
    rows = []
    for questions in QUESTIONS:
        for exponent in (0.8, 1.0):
            rates = hit_rates(Demand(questions, exponent), [max(1, int(share * questions)) for share in HELD_SHARES])
            rows.append((f"{questions:,}", f"{exponent:g}", *(f"{rate:.0%}" for rate in rates)))
    by_size = align_table(("questions", "s", *(f"{share:.1%} held" for share in HELD_SHARES)), rows)
    loads = (10, 100, 1_000)
    rows = [
        (f"{each:,}", *(f"{fresh_hit_rate(Demand(each, 1.0), load, FRESH_FOR):.0%}" for load in loads))
        for each in QUESTIONS
    ]
    by_load = align_table(("questions", *(f"{load:,} requests/s" for load in loads)), rows)
    simulated = "Two million requests, of which the first half fills the cache; least recently asked goes first:"
    fresh = f"With room for all, and answers that are fresh for {FRESH_FOR} s (s = 1):"
    return f"{simulated}\n\n{by_size}\n\n{fresh}\n\n{by_load}"


def _costs(found: Capacity) -> str:
    rows = [("served from the process", found.hot), ("served from Redis", found.warm)]
    rows += [(f"computed: `{name}`", cost) for name, cost in found.made.items()]
    rows += [("computed, on average of the mix", found.made_on_average)]
    rows += [(f"the mix, {found.missed:.1%} computed", found.mixed)]
    head = ("an answer", "CPU ms", "Redis commands", "Redis CPU µs", "finds", "bytes, packed")
    return align_table(head, [(name, *_cells(each)) for name, each in rows])


def _cells(cost: Cost) -> Sequence[str]:
    return (
        f"{cost.cpu_ms:.2f}",
        f"{cost.redis_commands:.2f}",
        f"{cost.redis_cpu_ms * 1000:.0f}",
        f"{cost.finds:.2f}",
        f"{cost.bytes:,.0f}",
    )


def _loads(cost: Cost) -> str:
    rows = []
    for load in LOADS:
        found = need(load, cost)
        figures = (load, found.cores, found.redis_commands, found.redis_masters, found.finds, found.megabits)
        rows.append([f"{figure:,.0f}" for figure in figures])
    head = ("requests/s", "cores of the service", "Redis commands/s", "Redis masters", "finds/s", "Mbit/s out")
    return align_table(head, rows, left=())


def _of_movies(found: Capacity) -> str:
    rows = []
    for movies in MOVIES:
        stored = movies * (found.sizes.batch_bytes + found.sizes.speed_bytes) / _GIB
        held = movies * _HELD_OF_MOVIE / _GIB
        answers = movies * found.sizes.entry_bytes / _GIB
        rows.append((f"{movies:,}", f"{stored:,.0f} GiB", f"{held:,.1f} GiB", f"{answers:,.0f} GiB"))
    head = ("movies", "documents", "held by each process for search", "one answer of each in Redis")
    return align_table(head, rows)

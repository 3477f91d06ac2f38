"""Computes what a load needs from the measured cost of one request. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

BUSY = 0.6
"""Planned use of a core: above it queues grow long, and no room is left for the load of a failed host."""

REDIS_CORES = 1
"""Cores that one Redis uses: it runs one command at a time."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Mean cost of one request of a kind.

    Args:
        cpu_ms: of the service's processes.
        redis_commands: that Redis ran, those inside scripts too.
        redis_cpu_ms: of Redis.
        finds: that MongoDB ran.
        bytes: of the answer, packed.
    """

    cpu_ms: float
    redis_commands: float
    redis_cpu_ms: float
    finds: float
    bytes: float


@dataclass(frozen=True, slots=True)
class Need:
    """Needs of a load.

    Args:
        cores: of the service.
        redis_commands: per second.
        redis_masters: of Redis, each as busy as planned; more than one is a Cluster.
        finds: per second.
        megabits: per second, of answers.
    """

    cores: int
    redis_commands: float
    redis_masters: int
    finds: float
    megabits: float


def need(per_second: float, cost: Cost) -> Need:
    """Computes what so many requests need.

    Args:
        per_second: requests.
        cost: of one, on average.
    """
    redis_cores = per_second * cost.redis_cpu_ms / 1000
    return Need(
        cores=math.ceil(per_second * cost.cpu_ms / 1000 / BUSY),
        redis_commands=per_second * cost.redis_commands,
        redis_masters=max(1, math.ceil(redis_cores / REDIS_CORES / BUSY)),
        finds=per_second * cost.finds,
        megabits=per_second * cost.bytes * 8 / 1e6,
    )

"""What some load needs, from what one request was measured to cost. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

BUSY = 0.6
"""Share of a core that is planned to be used: above it queues grow long, and who fails leaves its load to others."""

REDIS_CORES = 1
"""That Redis answers with: it runs one command at a time."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request of a kind, on average.

    Args:
        cpu_ms: of the service's processes.
        redis_commands: that Redis ran, those inside scripts among them.
        redis_cpu_ms: of Redis.
        finds: that MongoDB was asked.
        bytes: of the answer, packed.
    """

    cpu_ms: float
    redis_commands: float
    redis_cpu_ms: float
    finds: float
    bytes: float


@dataclass(frozen=True, slots=True)
class Need:
    """Of a load.

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
    """Of so many requests.

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

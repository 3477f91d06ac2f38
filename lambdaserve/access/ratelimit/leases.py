"""Leases of tokens: a process takes a few dozen at once, so most requests need no round trip to Redis.

A lease lasts ``LEASE_SECONDS``. Tokens left after that go back to the bucket with the client's next request to it, or
are lost. Either way all processes together never admit more than ``burst + rate × time`` since the client's first
request. Within a shorter span they may also admit the tokens that were on lease at its start: at most the refill of
``LEASE_SECONDS``. Requirement S3.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lambdaserve.access.ratelimit.bucket import Grant, Limit

LEASE_SECONDS = 2.0
"""Seconds for which a lease may be used."""

MAX_LEASE_TOKENS = 64
"""Largest lease of a client."""

LEASES_PER_BURST = 8
"""Smallest number of leases that a burst is enough for, so that as many processes get one."""

FIRST_LEASE_TOKENS = 2
"""Tokens of a client's first lease. A client that uses its lease up in time gets twice as many."""

MIN_REFUSAL_SECONDS = 0.01
"""Shortest time for which a refused client is refused again without asking the bucket."""

MAX_CLIENTS = 20_000
"""Clients whose leases are kept; the one seen least recently makes room."""


class Admission(NamedTuple):
    """Whether a request is admitted.

    Attributes:
        admitted: whether it is.
        remaining: tokens that the client has left, as far as this process knows.
        wait: seconds until it would be admitted; 0 if it is.
    """

    admitted: bool
    remaining: int
    wait: float


class SharedSource(Protocol):
    """Buckets that all processes share."""

    def take(self, client: str, limit: Limit, *, wanted: int, least: int, unused: int) -> Grant | None:
        """Takes tokens from the bucket; ``None`` where it can't be asked."""


class LocalSource(Protocol):
    """Buckets of this process."""

    def take(self, client: str, limit: Limit, tokens: int, *, unused: int = 0) -> Grant:
        """Takes this number of tokens, or none, after some were handed back."""


@dataclass(slots=True, eq=False)
class _Lease:
    """Tokens that a client has in advance, guarded by the table's lock."""

    tokens: int = 0
    granted: int = 0
    bucket_left: int = 0  # tokens that were left in the bucket
    size: int = FIRST_LEASE_TOKENS
    expires: float = 0.0
    refused_until: float = 0.0
    refused_cost: int = 0
    enough_at: float = 0.0
    renew_at: int = -1  # tokens at which it is renewed in advance
    renewing: bool = False

    def hand_in(self, limit: Limit, now: float) -> int:
        """Empties the lease; returns the unused tokens, which go back to the bucket."""
        used_up_in_time = now < self.expires
        self.resize(2 * self.size if used_up_in_time else 2 * (self.granted - self.tokens), limit)
        unused, self.tokens, self.granted = self.tokens, 0, 0
        return unused

    def resize(self, size: int, limit: Limit) -> None:
        """Sets the size, as far as the limit permits."""
        self.size = max(1, min(max(size, FIRST_LEASE_TOKENS), limit.burst // LEASES_PER_BURST, MAX_LEASE_TOKENS))

    def add(self, tokens: int, now: float) -> None:
        """Adds tokens that were granted and restarts the lease's time."""
        self.tokens += tokens
        self.granted = self.tokens
        self.expires = now + LEASE_SECONDS
        self.refused_until = 0.0
        # The owners of small leases may not come back in time.
        self.renew_at = self.granted // 4 if self.granted > FIRST_LEASE_TOKENS else -1

    def refuse(self, cost: int, grant: Grant, now: float) -> Admission:
        """Remembers a refusal, so that a client that keeps trying costs Redis nothing."""
        wait = grant.wait / 1e6
        self.refused_cost = cost
        self.enough_at = now + wait
        self.refused_until = now + min(max(wait, MIN_REFUSAL_SECONDS), LEASE_SECONDS)
        return Admission(False, grant.remaining, wait)


class LeaseTable:
    """The leases of this process's clients.

    Args:
        shared: buckets that leases come from.
        local: buckets that tokens come from while the shared ones can't be asked.
        run_later: runs a function soon, in another thread; may refuse with ``RuntimeError``.
        clock: returns seconds since any fixed moment.
        max_clients: clients whose leases it keeps.
    """

    def __init__(
        self,
        shared: SharedSource,
        local: LocalSource,
        run_later: Callable[[Callable[[], None]], object],
        clock: Callable[[], float] = time.monotonic,
        max_clients: int = MAX_CLIENTS,
    ) -> None:
        self._shared = shared
        self._local = local
        self._run_later = run_later
        self._clock = clock
        self._max_clients = max_clients
        self._lock = threading.Lock()
        self._leases: OrderedDict[str, _Lease] = OrderedDict()

    def take(self, client: str, limit: Limit, cost: int) -> Admission:
        """Admits a request or refuses it; asks the shared bucket only if the lease is too small or too old.

        Args:
            client: the sender.
            limit: the client's.
            cost: tokens that the request takes, 1 to ``limit.burst``.
        """
        now = self._clock()
        is_due, remaining = False, 0
        with self._lock:
            lease = self._leases.get(client)
            if lease is not None and lease.tokens >= cost and now < lease.expires:
                left = lease.tokens = lease.tokens - cost
                remaining = left + lease.bucket_left
                if left <= lease.renew_at and not lease.renewing:
                    is_due = lease.renewing = True
                self._leases.move_to_end(client)
            else:
                lease = None
        if lease is None:
            return self._take_from_bucket(client, limit, cost, now)
        if is_due:
            self._renew_soon(client, limit, lease)
        return Admission(True, remaining, 0.0)

    def take_unleased(self, client: str, limit: Limit, cost: int) -> Admission:
        """Admits or refuses what is rare and must be counted exactly; asks the shared bucket each time.

        Args:
            client, limit, cost: as for ``take``.
        """
        grant = self._shared.take(client, limit, wanted=cost, least=cost, unused=0)
        if grant is None:
            grant = self._local.take(client, limit, cost)
        return Admission(grant.tokens >= cost, grant.remaining, grant.wait / 1e6)

    def hand_back(self, client: str, limit: Limit, tokens: int) -> None:
        """Puts tokens back that ``take_unleased`` took."""
        if self._shared.take(client, limit, wanted=0, least=0, unused=tokens) is None:
            self._local.take(client, limit, 0, unused=tokens)

    def _take_from_bucket(self, client: str, limit: Limit, cost: int, now: float) -> Admission:
        with self._lock:
            lease = self._get_lease(client)
            if now < lease.refused_until and cost >= lease.refused_cost:
                return Admission(False, lease.bucket_left, max(lease.enough_at - now, 0.0))
            unused = lease.hand_in(limit, now)
            wanted = max(cost, lease.size)
        grant = self._shared.take(client, limit, wanted=wanted, least=cost, unused=unused)
        if grant is None:
            # A local bucket costs nothing to ask, so there is no lease whose tokens could be lost.
            grant = self._local.take(client, limit, cost)
        with self._lock:
            lease.bucket_left = grant.remaining
            if grant.tokens < cost:
                return lease.refuse(cost, grant, now)
            lease.add(grant.tokens - cost, now)
            return Admission(True, lease.tokens + lease.bucket_left, 0.0)

    def _get_lease(self, client: str) -> _Lease:
        lease = self._leases.get(client)
        if lease is None:
            lease = self._leases[client] = _Lease()
            if len(self._leases) > self._max_clients:
                self._leases.popitem(last=False)
        self._leases.move_to_end(client)
        return lease

    def _renew_soon(self, client: str, limit: Limit, lease: _Lease) -> None:
        try:
            self._run_later(lambda: self._renew(client, limit, lease))
        except RuntimeError:  # the process is ending
            lease.renewing = False

    def _renew(self, client: str, limit: Limit, lease: _Lease) -> None:
        with self._lock:
            lease.resize(2 * lease.size, limit)
            wanted = lease.size
        now = self._clock()
        try:
            grant = self._shared.take(client, limit, wanted=wanted, least=1, unused=0)
        finally:
            lease.renewing = False
        with self._lock:
            if grant is None or not grant.tokens:
                lease.renew_at = -1  # the next request after the lease's last token tries again
            else:
                lease.bucket_left = grant.remaining
                lease.add(grant.tokens, now)

"""Leases of tokens: a process takes a few dozen at once, so most requests need no round trip to Redis.

A lease lasts ``LEASE_SECONDS``. Tokens left after that go back to the bucket with the client's next request to it, or
are lost. Either way all processes together never admit more than ``burst + rate × time`` since the client's first
request. Within a shorter span the tokens on lease at its start come on top: at most the refill of ``LEASE_SECONDS``.
Requirement S3.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, Protocol

from lambdaserve.access.ratelimit.bucket import Grant, Limit

LEASE_SECONDS = 2.0
"""Seconds for which a lease may be used."""

MAX_LEASE_TOKENS = 64
"""Tokens on lease at most, and…"""

LEASES_PER_BURST = 8
"""…at most this part of a burst, so that as many processes get something of it."""

FIRST_LEASE_TOKENS = 2
"""Tokens of a client's first lease. Clients that use them up in time get twice as many."""

MIN_REFUSAL_SECONDS = 0.01
"""Seconds for which a client that was refused is refused again without a question, at least."""

MAX_CLIENTS = 20_000
"""Clients whose leases are kept; the one that was not seen for longest makes room."""


class Admission(NamedTuple):
    """Whether a request is admitted.

    Attributes:
        admitted: it is.
        remaining: tokens that the client has left, as far as this process knows.
        wait: seconds until it would be; 0 where it is.
    """

    admitted: bool
    remaining: int
    wait: float


class SharedSource(Protocol):
    """Buckets that all processes share."""

    def take(self, client: str, limit: Limit, *, wanted: int, least: int, unused: int) -> Grant | None:
        """What the bucket gives; ``None`` where it can't be asked."""


class LocalSource(Protocol):
    """Buckets of this process."""

    def take(self, client: str, limit: Limit, tokens: int) -> Grant:
        """These tokens or none."""


class _Lease:
    """What a client has in advance. The table's lock guards it."""

    __slots__ = (
        "behind",
        "enough_at",
        "expires",
        "granted",
        "low",
        "refused_cost",
        "refused_until",
        "renewing",
        "size",
        "tokens",
    )

    def __init__(self) -> None:
        self.tokens = self.granted = 0
        self.behind = 0  # tokens that the bucket had left
        self.size = FIRST_LEASE_TOKENS
        self.expires = self.refused_until = self.enough_at = 0.0
        self.refused_cost = 0
        self.low = -1  # tokens at which it is renewed in advance
        self.renewing = False

    def hand_in(self, limit: Limit, now: float) -> int:
        """Empties it before a question: what goes back to the bucket."""
        used_up_in_time = now < self.expires
        self._resize(2 * self.size if used_up_in_time else 2 * (self.granted - self.tokens), limit)
        unused, self.tokens, self.granted = self.tokens, 0, 0
        return unused

    def grow(self, limit: Limit) -> int:
        """Twice its size, as far as the limit admits."""
        self._resize(2 * self.size, limit)
        return self.size

    def _resize(self, size: int, limit: Limit) -> None:
        self.size = max(1, min(max(size, FIRST_LEASE_TOKENS), limit.burst // LEASES_PER_BURST, MAX_LEASE_TOKENS))

    def add(self, tokens: int, now: float) -> None:
        """Tokens that were granted."""
        self.tokens += tokens
        self.granted = self.tokens
        self.expires = now + LEASE_SECONDS
        self.refused_until = 0.0
        # Small ones belong to clients that may not come back in time.
        self.low = self.granted // 4 if self.granted > FIRST_LEASE_TOKENS else -1

    def refuse(self, cost: int, grant: Grant, now: float) -> Admission:
        """Remembers a refusal, so that a client that does not stop asks nothing of Redis."""
        wait = grant.wait / 1e6
        self.refused_cost = cost
        self.enough_at = now + wait
        self.refused_until = now + min(max(wait, MIN_REFUSAL_SECONDS), LEASE_SECONDS)
        return Admission(False, grant.remaining, wait)


class LeaseTable:
    """The leases of this process's clients.

    Args:
        shared: where leases come from.
        own: where tokens come from while that can't be asked.
        soon: runs a function a little later, in another thread; may refuse with ``RuntimeError``.
        clock: seconds since any fixed moment.
        most: clients that it remembers.
    """

    def __init__(
        self,
        shared: SharedSource,
        own: LocalSource,
        soon: Callable[[Callable[[], None]], object],
        clock: Callable[[], float] = time.monotonic,
        most: int = MAX_CLIENTS,
    ) -> None:
        self._shared = shared
        self._own = own
        self._soon = soon
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._leases: OrderedDict[str, _Lease] = OrderedDict()

    def take(self, client: str, limit: Limit, cost: int) -> Admission:
        """Admits a request or refuses it; asks the shared bucket only where the lease is too small or too old.

        Args:
            client: who it is.
            limit: of this client.
            cost: tokens that the request takes, 1 to ``limit.burst``.
        """
        now = self._clock()
        due, remaining = False, 0
        with self._lock:
            lease = self._leases.get(client)
            if lease is not None and lease.tokens >= cost and now < lease.expires:
                left = lease.tokens = lease.tokens - cost
                remaining = left + lease.behind
                if left <= lease.low and not lease.renewing:
                    due = lease.renewing = True
                self._leases.move_to_end(client)
            else:
                lease = None
        if lease is None:
            return self._ask(client, limit, cost, now)
        if due:
            self._renew_soon(client, limit, lease)
        return Admission(True, remaining, 0.0)

    def _ask(self, client: str, limit: Limit, cost: int, now: float) -> Admission:
        with self._lock:
            lease = self._lease_of(client)
            if now < lease.refused_until and cost >= lease.refused_cost:
                return Admission(False, lease.behind, max(lease.enough_at - now, 0.0))
            unused = lease.hand_in(limit, now)
            wanted = max(cost, lease.size)
        grant = self._shared.take(client, limit, wanted=wanted, least=cost, unused=unused)
        if grant is None:
            # Asking it costs nothing, so it lends nothing that could be lost.
            grant = self._own.take(client, limit, cost)
        with self._lock:
            lease.behind = grant.remaining
            if grant.tokens < cost:
                return lease.refuse(cost, grant, now)
            lease.add(grant.tokens - cost, now)
            return Admission(True, lease.tokens + lease.behind, 0.0)

    def _lease_of(self, client: str) -> _Lease:
        lease = self._leases.get(client)
        if lease is None:
            lease = self._leases[client] = _Lease()
            if len(self._leases) > self._most:
                self._leases.popitem(last=False)
        self._leases.move_to_end(client)
        return lease

    def _renew_soon(self, client: str, limit: Limit, lease: _Lease) -> None:
        try:
            self._soon(lambda: self._renew(client, limit, lease))
        except RuntimeError:  # the process is ending
            lease.renewing = False

    def _renew(self, client: str, limit: Limit, lease: _Lease) -> None:
        with self._lock:
            wanted = lease.grow(limit)
        now = self._clock()
        try:
            grant = self._shared.take(client, limit, wanted=wanted, least=1, unused=0)
        finally:
            lease.renewing = False
        with self._lock:
            if grant is None or not grant.tokens:
                lease.low = -1  # once its tokens are used up, a request will ask again
            else:
                lease.behind = grant.remaining
                lease.add(grant.tokens, now)

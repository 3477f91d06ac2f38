"""The answer cache: two tiers, stale answers while one is recomputed, one computation at a time.

The process's own tier serves for a second or so, then Redis is asked. The life of an entry:

- *fresh* until its TTL is over; shortly before, XFetch (Vattani et al. 2015) has it recomputed in the background;
- *stale* for another TTL: still served, while it is recomputed in the background, with a warning unless its TTL has
  just ended; not after a TTL of a moment;
- *kept* for up to a day, and served only when the document store does not answer;
- *invalidated* once a generation that it was computed under has moved on: served only when nothing else is left, or
  while a process that has just started reads what it needs to compute another (``is_starting``).

One caller at a time computes an entry: in a process by single flight, over all processes by a claim in Redis that
lapses. While Redis is away the process's own tier carries on alone, and holds its entries longer.

Requirements C1 to C7.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from merger.cache.entry import BEING_REPLACED, Entry
from merger.cache.local_tier import CachedEntry, LocalTier
from merger.cache.only_cached import require_may_compute
from merger.cache.outcomes import Outcome, OutcomeCounts
from merger.cache.redis_tier import RedisTier
from merger.cache.single_flight import BackgroundFlight, SingleFlight, WaitTimeout
from merger.cache.terms import CacheRequest, CacheRules, Compute, PartialAnswer, PendingRequest
from merger.deadline import seconds_left
from merger.errors import MergerError, NotFound, StoreError
from merger.request_context import TimedStep
from merger.stores.redis.claim import new_token
from merger.stores.redis.link import RedisTrouble

HIT, STALE, MISS = "HIT", "STALE", "MISS"


_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AnswerCache:
    """Serves entries, and has each computed once.

    Args:
        redis_tier: the tier that all processes share.
        secret: seals entries; 16 to 64 bytes, the same in every process.
        clock: seconds since the epoch.
        monotonic: seconds of a monotonic clock.
        rules: how long things are held.
        counts: what became of the requests of this process.
        local_tier: the process's own tier.
        is_starting: the process can't compute answers quickly yet, so old ones are served with a warning meanwhile.
    """

    redis_tier: RedisTier
    secret: bytes
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    rules: CacheRules = field(default_factory=CacheRules)
    counts: OutcomeCounts = field(default_factory=OutcomeCounts)
    local_tier: LocalTier = field(default_factory=LocalTier)
    is_starting: bool = False
    _single_flight: SingleFlight[tuple[Entry, str]] = field(default_factory=SingleFlight)
    _refreshes: BackgroundFlight = field(default_factory=lambda: BackgroundFlight(2, "refresh"))

    def serve_local(self, ident: Hashable, view: str) -> CachedEntry | None:
        """Serves what the process itself holds, for as long as it may do so without asking Redis."""
        cached = self.local_tier.get(ident)
        if cached is None or self.monotonic() >= cached.until:
            return None
        self.counts.note(view, Outcome.HOT if cached.state == HIT else Outcome.STALE)
        return cached

    def fetch(self, request: CacheRequest, compute: Compute, *, strict: bool = False) -> tuple[Entry, str]:
        """Serves an entry from Redis, or has it computed; returns it with ``HIT``, ``STALE`` or ``MISS``.

        Args:
            request: what is asked for.
            compute: computes the entry; called by one caller at a time.
            strict: never serve a stale entry.

        Raises:
            StoreError: it can't be computed, and there is no older entry to serve, or ``strict`` forbids it.
            NotCached: it would have to be computed, in a context of ``only_cached``.
            NotFound: what is asked for does not exist; this too may come from the cache.
        """
        entry, state = self._look_up(request, compute, strict=strict)
        if entry.absent is not None:
            raise NotFound(entry.absent.kind, entry.absent.key, entry.absent.near)
        return entry, state

    def _look_up(self, request: CacheRequest, compute: Compute, *, strict: bool) -> tuple[Entry, str]:
        now, at = self.clock(), self.monotonic()
        try:
            with TimedStep("read from Redis"):
                found = self.redis_tier.find(request.key, request.generations)
        except RedisTrouble:
            return self._serve_without_redis(PendingRequest(request, compute, None, at), now, strict=strict)
        pending, entry = PendingRequest(request, compute, found.generations, at), self._read(request.key, found.raw)
        if entry is not None and entry.generations == found.generations and not entry.is_ahead(now):
            if self._is_fresh(entry, now):
                if self.rules.is_due_early(entry, now):
                    self._refresh_in_background(pending, entry)
                return self._serve(pending, entry, Outcome.HIT)
            if not strict and self._may_be_stale(entry) and entry.age(now) < 2 * entry.ttl:
                self._refresh_in_background(pending, entry)
                is_late = entry.age(now) > entry.ttl + self.rules.late
                return self._serve_stale(pending, entry, BEING_REPLACED if is_late else None)
        if self.is_starting and not strict and entry is not None and self._may_stand_in(entry):
            self._refresh_in_background(pending, entry)
            return self._serve_stale(pending, entry, BEING_REPLACED)
        return self._join_flight(pending, entry, strict=strict)

    def _serve_without_redis(self, pending: PendingRequest, now: float, *, strict: bool) -> tuple[Entry, str]:
        """Serves what this process holds, for a little longer than usual, or has it computed here."""
        cached = self.local_tier.get(pending.request.ident)
        if cached is not None:
            held_for = self.monotonic() - cached.until + self.rules.hold
            if cached.state == HIT and held_for < self.rules.hold_alone and self._is_fresh(cached.entry, now):
                self.counts.note(pending.request.view, Outcome.HIT)
                return cached.entry, HIT
        return self._join_flight(pending, cached.original if cached else None, strict=strict)

    def _join_flight(self, pending: PendingRequest, old: Entry | None, *, strict: bool) -> tuple[Entry, str]:
        """Has one thread of this process compute it; the others share its result. On failure serves an old entry."""
        require_may_compute()
        view = pending.request.view
        try:
            # Requests under newer generations don't join a computation under older ones.
            (entry, state), is_own = self._single_flight.run(
                (pending.request.ident, pending.generations),
                lambda: self._claim(pending, old),
                seconds_left(2 * self.rules.wait),
            )
        except (StoreError, WaitTimeout) as trouble:
            old = old or self._held_original(pending)
            if not strict and old is not None and self._may_stand_in(old):
                return self._serve_stale(pending, old, "the document store does not answer")
            if isinstance(trouble, PartialAnswer):
                return self._serve_partial(pending, trouble.entry)
            if isinstance(trouble, WaitTimeout):
                return self._compute(pending, None), MISS
            self.counts.note(view, Outcome.ERROR)
            raise
        if not is_own:
            self.counts.note(view, Outcome.WAIT)
        return entry, state if is_own else HIT

    def _held_original(self, pending: PendingRequest) -> Entry | None:
        """The entry that this process last served. Redis may have lost it, if it restarted empty during an outage."""
        cached = self.local_tier.get(pending.request.ident)
        return cached.original if cached else None

    def _may_be_stale(self, entry: Entry) -> bool:
        """Whether it may be served while it is recomputed; not a provisional one, which keeps for a moment only."""
        return entry.absent is None and entry.ttl > self.rules.hold

    def _may_stand_in(self, old: Entry) -> bool:
        return old.absent is None and old.age(self.clock()) < self.rules.stale_if_error

    def _claim(self, pending: PendingRequest, old: Entry | None) -> tuple[Entry, str]:
        """Has one process compute it; the others wait for what that one stores in Redis, but not for long.

        Args:
            pending: the request.
            old: what Redis held when it was looked up, and could not be served.
        """
        key, token = pending.request.key, new_token()
        deadline = self.monotonic() + min(self.rules.wait, seconds_left() / 2)  # the rest is for computing it here
        while pending.generations is not None and self.monotonic() < deadline:
            try:
                granted, raw = self.redis_tier.claim(key, token, self.rules.claim)
            except RedisTrouble:
                break
            entry = self._read(key, raw)
            if entry is not None and entry != old and self._is_current(entry, pending.generations):
                if granted:
                    self._release(pending, token)
                return self._serve(pending, entry, Outcome.WAIT)
            if granted:
                return self._compute(pending, token), MISS
            time.sleep(self.rules.poll * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the polls, not for security
        return self._compute(pending, None), MISS

    def _is_current(self, entry: Entry, generations: tuple[str, ...]) -> bool:
        """Whether it is fresh and was computed under these generations, or newer ones that another process read."""
        if len(entry.generations) != len(generations) or not self._is_fresh(entry, self.clock()):
            return False
        pairs = zip(entry.generations, generations, strict=True)
        return all(int(held or 0) >= int(wanted or 0) for held, wanted in pairs)

    def _compute(self, pending: PendingRequest, token: str | None, outcome: Outcome = Outcome.MISS) -> Entry:
        """Computes an entry and stores it, also the absence of an answer.

        An entry without generations is not stored: it could not be invalidated.
        """
        try:
            entry = pending.compute(pending.generations or ())
        except NotFound as error:
            made, ttl = self.clock(), self.rules.absent
            entry = Entry.of_absence(error, made=made, ttl=ttl, generations=pending.generations or ())
        except BaseException:
            if token is not None:
                self._release(pending, token)
            raise
        self.counts.note(pending.request.view, outcome)
        if pending.generations is not None:
            self._store(pending.request.key, entry, token)
        self._hold(pending, entry, HIT, entry)
        return entry

    def _store(self, key: str, entry: Entry, token: str | None) -> None:
        seconds = entry.ttl if entry.absent is not None else max(2 * entry.ttl, self.rules.stale_if_error)
        try:
            with TimedStep("store in Redis"):
                encoded = entry.encode(key, self.secret)
                self.redis_tier.put(key, encoded, seconds, token, brief=2 * entry.ttl, is_answer=entry.absent is None)
        except RedisTrouble as trouble:
            _log.info("An answer could not be stored in Redis: %s", trouble)

    def _refresh_in_background(self, pending: PendingRequest, seen: Entry) -> None:
        """Recomputes an entry, unless that is under way already or another process has replaced the one seen."""
        request = pending.request

        def refresh() -> None:
            token = new_token()
            try:
                granted, raw = self.redis_tier.claim(request.key, token, self.rules.claim)
                if granted and raw is not None and self._read(request.key, raw) != seen:
                    self._release(pending, token)
                elif granted:
                    self._compute(pending, token, Outcome.REFRESH)
            except (MergerError, RedisTrouble):
                return  # the next request meets the same trouble, and reports it
            except Exception:  # noqa: BLE001 - no caller waits for this thread, and its errors must be seen
                _log.exception("An answer of %s could not be recomputed", request.view)

        self._refreshes.start(request.ident, refresh)

    def stop_refreshing(self) -> None:
        """Recomputes nothing more in the background, since the process ends."""
        self._refreshes.stop()

    def _release(self, pending: PendingRequest, token: str) -> None:
        try:
            self.redis_tier.release(pending.request.key, token)
        except RedisTrouble:
            return  # the claim lapses by itself

    def _serve(self, pending: PendingRequest, entry: Entry, outcome: Outcome) -> tuple[Entry, str]:
        self.counts.note(pending.request.view, outcome)
        self._hold(pending, entry, HIT, entry)
        return entry, HIT

    def _serve_stale(self, pending: PendingRequest, entry: Entry, reason: str | None) -> tuple[Entry, str]:
        """Serves an old entry, with a warning if there is a reason for one."""
        self.counts.note(pending.request.view, Outcome.STALE)
        served = entry.as_stale(pending.request.key, reason) if reason else entry
        self._hold(pending, served, STALE, entry)
        return served, STALE

    def _serve_partial(self, pending: PendingRequest, entry: Entry) -> tuple[Entry, str]:
        """Serves the answer of one layer, and holds it only for a moment; the next request then computes it again."""
        self.counts.note(pending.request.view, Outcome.MISS)
        self._hold(pending, entry, HIT, None)
        return entry, MISS

    def _hold(self, pending: PendingRequest, entry: Entry, state: str, original: Entry | None) -> None:
        if entry.absent is None:
            # A stale answer is held from now on, since it may have taken longer than that to find the store away.
            since = pending.at if state == HIT else self.monotonic()
            fresh_for = entry.ttl - entry.age(self.clock()) if state == HIT else self.rules.hold
            until = min(since + self.rules.hold, self.monotonic() + max(0.0, fresh_for))
            self.local_tier.put(pending.request.ident, CachedEntry(entry, until, state, original))

    def _read(self, key: str, raw: bytes | None) -> Entry | None:
        if raw is None:
            return None
        try:
            return Entry.decode(raw, key, self.secret)
        except ValueError:
            _log.warning("The value under %s in Redis is not an entry of this service; it will be replaced", key)
            return None

    @staticmethod
    def _is_fresh(entry: Entry, now: float) -> bool:
        # A host whose clock is ahead would have others serve its answers for as long as it is.
        return entry.age(now) < entry.ttl and not entry.is_ahead(now)

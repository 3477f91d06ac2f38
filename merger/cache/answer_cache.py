"""The cache policy: what is given from where, who makes it anew, and when (C1 to C7).

Two tiers: the process's own for a second or so, then Redis. An entry is *fresh* for its TTL, then *stale* and given
while somebody makes it anew, then kept for up to a day for when the store is away. Raising a generation it was made
under makes it *outdated*: no longer given, except for want of anything better. One at a time makes an entry, in a
process (flights) and over all processes (a claim in Redis that expires); XFetch (Vattani et al. 2015) makes that happen
shortly before the TTL is over. Redis away: the process's own tier carries on alone, with a longer hold.
"""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from merger.cache.entry import BEING_REPLACED, Entry
from merger.cache.local_tier import CachedEntry, LocalTier
from merger.cache.outcomes import Outcome, OutcomeCounts
from merger.cache.redis_tier import RedisTier
from merger.cache.single_flight import SingleFlight, WaitTimeout
from merger.cache.terms import CacheRequest, CacheRules, Make, PartialAnswer, PendingRequest
from merger.deadline import left
from merger.errors import MergerError, NotFound, StoreError
from merger.request_context import TimedStep
from merger.stores.redis.claim import new_token
from merger.stores.redis.link import RedisTrouble

HIT, STALE, MISS = "HIT", "STALE", "MISS"


_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AnswerCache:
    """Gives entries, and sees to it that each is made once.

    Args:
        shared: the tier in Redis.
        secret: seals entries; 16 to 64 bytes, the same in every process.
        clock: seconds since the epoch.
        monotonic: seconds of a monotonic clock.
        rules: how long things are held.
    """

    shared: RedisTier
    secret: bytes
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    rules: CacheRules = field(default_factory=CacheRules)
    counts: OutcomeCounts = field(default_factory=OutcomeCounts)
    hot: LocalTier = field(default_factory=LocalTier)
    _flights: SingleFlight[tuple[Entry, str]] = field(default_factory=SingleFlight)
    _refreshing: set[Hashable] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _background: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="refresh"))

    def at_hand(self, ident: Hashable, view: str) -> CachedEntry | None:
        """What the process may give without asking anybody."""
        held = self.hot.get(ident)
        if held is None or self.monotonic() >= held.until:
            return None
        self.counts.note(view, Outcome.HOT if held.state == HIT else Outcome.STALE)
        return held

    def fetch(self, question: CacheRequest, make: Make, *, strict: bool = False) -> tuple[Entry, str]:
        """An entry and ``HIT``, ``STALE`` or ``MISS``.

        Args:
            question: what is asked.
            make: makes the entry; called by one at a time.
            strict: a stale entry is none.

        Raises:
            StoreError: it can't be made, and there is no old one, or ``strict``.
            NotFound: there is nothing of this kind; may have been found out before.
        """
        entry, state = self._found(question, make, strict=strict)
        return self._present(entry), state

    def _found(self, question: CacheRequest, make: Make, *, strict: bool) -> tuple[Entry, str]:
        now, at = self.clock(), self.monotonic()
        try:
            with TimedStep("look into Redis"):
                found = self.shared.find(question.key, question.generations)
        except RedisTrouble:
            return self._alone(PendingRequest(question, make, None, at), now, strict=strict)
        asked, entry = PendingRequest(question, make, found.generations, at), self._read(question.key, found.raw)
        if entry is not None and entry.generations == found.generations:
            if self._is_fresh(entry, now):
                if self._is_due_early(entry, now):
                    self._refresh_later(asked, entry)
                return self._given(asked, entry, Outcome.HIT)
            if not strict and entry.absent is None and entry.age(now) < 2 * entry.ttl:
                self._refresh_later(asked, entry)
                return self._given_stale(asked, entry, BEING_REPLACED)
        return self._joined(asked, entry, strict=strict)

    def _alone(self, asked: PendingRequest, now: float, *, strict: bool) -> tuple[Entry, str]:
        """Without Redis: what this process has held, for a little longer, else made here."""
        held = self.hot.get(asked.question.ident)
        if held is not None:
            held_for = self.monotonic() - held.until + self.rules.hold
            if held.state == HIT and held_for < self.rules.hold_alone and self._is_fresh(held.entry, now):
                return self._given(asked, held.entry, Outcome.HIT, hold=False)
        return self._joined(asked, held.original if held else None, strict=strict)

    def _joined(self, asked: PendingRequest, old: Entry | None, *, strict: bool) -> tuple[Entry, str]:
        """Made by one thread of this process; the others get what that one gets. An old one, should that fail."""
        view = asked.question.view
        try:
            # Whoever asks under newer generations does not join in making an answer under older ones.
            (entry, state), made_here = self._flights.run(
                (asked.question.ident, asked.generations), lambda: self._claimed(asked, old), left(2 * self.rules.wait)
            )
        except (StoreError, WaitTimeout) as trouble:
            old = old or self._once_given(asked)
            if not strict and old is not None and self._will_do(old):
                return self._given_stale(asked, old, "the document store does not answer")
            if isinstance(trouble, PartialAnswer):
                return self._given_half(asked, trouble.entry)
            if isinstance(trouble, WaitTimeout):
                return self._made(asked, None), MISS
            self.counts.note(view, Outcome.ERROR)
            raise
        if made_here:
            return entry, state
        self.counts.note(view, Outcome.WAIT)
        return entry, HIT

    def _once_given(self, asked: PendingRequest) -> Entry | None:
        """What this process has given, where Redis has lost it: it may have come back empty before the store did."""
        held = self.hot.get(asked.question.ident)
        return held.original if held else None

    def _will_do(self, old: Entry) -> bool:
        return old.absent is None and old.age(self.clock()) < self.rules.stale_if_error

    def _claimed(self, asked: PendingRequest, old: Entry | None) -> tuple[Entry, str]:
        """Made by one process; the others get what it put into Redis. Nobody waits forever for one that died.

        Args:
            asked: the question.
            old: what Redis held when it was asked, which would not do.
        """
        key, token = asked.question.key, new_token()
        deadline = self.monotonic() + min(self.rules.wait, left() / 2)  # the other half is for making it here
        while asked.generations is not None and self.monotonic() < deadline:
            try:
                granted, raw = self.shared.claim(key, token, self.rules.claim)
            except RedisTrouble:
                break
            entry = self._read(key, raw)
            if entry is not None and entry != old and self._is_answer_to(entry, asked.generations):
                if granted:
                    self._release(asked, token)
                return self._given(asked, entry, Outcome.WAIT)
            if granted:
                return self._made(asked, token), MISS
            time.sleep(self.rules.poll * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the looks, guards nothing
        return self._made(asked, None), MISS

    def _is_answer_to(self, entry: Entry, generations: tuple[str, ...]) -> bool:
        """Whether it is fresh and was made under these generations, or under newer ones that somebody else read."""
        if len(entry.generations) != len(generations) or not self._is_fresh(entry, self.clock()):
            return False
        pairs = zip(entry.generations, generations, strict=True)
        return all(int(held or 0) >= int(wanted or 0) for held, wanted in pairs)

    def _made(self, asked: PendingRequest, token: str | None, outcome: Outcome = Outcome.MISS) -> Entry:
        """Makes and stores it; the absence of an answer too. Without generations it can't be outdated: not stored."""
        try:
            entry = asked.make(asked.generations or ())
        except NotFound as error:
            made, ttl = self.clock(), self.rules.absent
            entry = Entry.of_absence(error, made=made, ttl=ttl, generations=asked.generations or ())
        except BaseException:
            if token is not None:
                self._release(asked, token)
            raise
        self.counts.note(asked.question.view, outcome)
        if asked.generations is not None:
            self._put(asked.question.key, entry, token)
        self._hold(asked, entry, HIT, entry)
        return entry

    def _put(self, key: str, entry: Entry, token: str | None) -> None:
        seconds = entry.ttl if entry.absent is not None else max(2 * entry.ttl, self.rules.stale_if_error)
        try:
            with TimedStep("store in Redis"):
                self.shared.put(key, entry.encoded(key, self.secret), seconds, token, answers=entry.absent is None)
        except RedisTrouble as trouble:
            _log.info("an answer could not be stored: %s", trouble)

    def _refresh_later(self, asked: PendingRequest, seen: Entry) -> None:
        """Makes it anew in the background, unless somebody is at it or has done it since it was seen."""
        question = asked.question
        with self._lock:
            if question.ident in self._refreshing:
                return
            self._refreshing.add(question.ident)

        def refresh() -> None:
            token = new_token()
            try:
                granted, raw = self.shared.claim(question.key, token, self.rules.claim)
                if granted and raw is not None and self._read(question.key, raw) != seen:
                    self._release(asked, token)
                elif granted:
                    self._made(asked, token, Outcome.REFRESH)
            except (MergerError, RedisTrouble):
                return  # whoever asks meets the same trouble, and is told
            except Exception:  # noqa: BLE001 - nobody waits for this thread, and it must not end unheard
                _log.exception("an answer of %s could not be made anew", question.view)
            finally:
                with self._lock:
                    self._refreshing.discard(question.ident)

        self._background.submit(refresh)

    def _release(self, asked: PendingRequest, token: str) -> None:
        try:
            self.shared.release(asked.question.key, token)
        except RedisTrouble:
            return  # it expires

    def _given(self, asked: PendingRequest, entry: Entry, outcome: Outcome, *, hold: bool = True) -> tuple[Entry, str]:
        self.counts.note(asked.question.view, outcome)
        if hold:
            self._hold(asked, entry, HIT, entry)
        return entry, HIT

    def _given_stale(self, asked: PendingRequest, entry: Entry, reason: str) -> tuple[Entry, str]:
        self.counts.note(asked.question.view, Outcome.STALE)
        told = entry.as_stale(asked.question.key, reason)
        self._hold(asked, told, STALE, entry)
        return told, STALE

    def _given_half(self, asked: PendingRequest, entry: Entry) -> tuple[Entry, str]:
        """The best that is left, for a moment; made anew as soon as somebody asks after that."""
        self.counts.note(asked.question.view, Outcome.MISS)
        self._hold(asked, entry, HIT, None)
        return entry, MISS

    def _hold(self, asked: PendingRequest, entry: Entry, state: str, original: Entry | None) -> None:
        if entry.absent is None:
            # A failure is held from its end on, since a store that is away may take longer than that to find out.
            since = asked.at if state == HIT else self.monotonic()
            left = entry.ttl - entry.age(self.clock()) if state == HIT else self.rules.hold
            until = min(since + self.rules.hold, self.monotonic() + max(0.0, left))
            self.hot.put(asked.question.ident, CachedEntry(entry, until, state, original))

    def _read(self, key: str, raw: bytes | None) -> Entry | None:
        if raw is None:
            return None
        try:
            return Entry.decoded(raw, key, self.secret)
        except ValueError:
            _log.warning("what Redis holds under %s is no entry of ours; it will be replaced", key)
            return None

    def _is_due_early(self, entry: Entry, now: float) -> bool:
        """XFetch: the nearer to the end and the dearer, the likelier. A hold apart are the looks: it counts as cost."""
        ahead = (entry.cost + self.rules.hold) * self.rules.beta * -math.log(1.0 - random.random())  # noqa: S311 - guards nothing
        return entry.absent is None and entry.age(now) + ahead >= entry.ttl

    @staticmethod
    def _is_fresh(entry: Entry, now: float) -> bool:
        return entry.age(now) < entry.ttl

    @staticmethod
    def _present(entry: Entry) -> Entry:
        if entry.absent is not None:
            raise NotFound(entry.absent.kind, entry.absent.key, entry.absent.near)
        return entry

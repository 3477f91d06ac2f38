"""A circuit breaker: what keeps failing or hanging is left alone for a while, so that nobody waits for it (F1).

Closed, it lets every call through and judges those of a rolling window. When too many of them failed or took too
long, or several failed or hang and nothing was answered for a while, it opens, and refuses every call at once. After
a pause one probe, and one only, finds out whether the answers are back (half open): that closes it, or opens it for
another pause. Probes are made by whoever has the time, never by somebody who wants an answer, so that no caller waits
while it is open.

No lock is held during a call. A call that has not come back for as long as a slow one takes counts as a slow one
already: of something that hangs nobody hears otherwise before the first time limit is over. Pure: the clock is handed
in. See Nygard, *Release It!*, 2nd edition, "Circuit Breaker"; the rolling window and the slow calls are as resilience4j
has them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar

from merger.errors import StoreError, StoreUnavailable

T = TypeVar("T")


class BreakerState(StrEnum):
    """What becomes of a call."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When it opens, and for how long.

    Args:
        window: seconds for which a call counts.
        least_calls: below so many no share is judged.
        failed: share of calls from which on it opens, 0 to 1.
        in_a_row: so many that failed, or hang, are enough, whatever the shares, once nothing was answered for ``slow``
            seconds: calls that hang are few, since whoever makes them waits, and those before were many.
        slow: seconds from which on a call is slow.
        slow_share: as ``failed``, of calls that failed or were slow.
        pause: seconds from the opening, or from a failed probe, to the next probe.
    """

    window: float = 10.0
    least_calls: int = 4
    failed: float = 0.5
    in_a_row: int = 3
    slow: float = 0.5
    slow_share: float = 0.8
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class _Ended:
    at: float
    failed: bool
    slow: bool


class Breaker:
    """The breaker of one thing that may stop answering.

    Args:
        name: what it is, for whoever is refused.
        rules: when it opens.
        monotonic: seconds of a monotonic clock.
        on_change: told each new state, by the thread that brought it about; must not raise.
        on_refused: called for each refusal; must not raise.
    """

    def __init__(
        self,
        name: str,
        rules: BreakerRules,
        monotonic: Callable[[], float],
        *,
        on_change: Callable[[BreakerState], None] = lambda _: None,
        on_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.rules = rules
        self._monotonic = monotonic
        self._on_change = on_change
        self._on_refused = on_refused
        self._lock = threading.Lock()
        self._state = BreakerState.CLOSED
        self._probe_at = float("inf")
        self._ended: deque[_Ended] = deque()
        self._answered_at = monotonic()
        # Calls under way by number. Their results count only if nothing was opened or closed meanwhile.
        self._under_way: dict[int, float] = {}
        self._numbers = 0

    @property
    def state(self) -> BreakerState:
        """What becomes of a call now."""
        return self._state

    @property
    def pause_left(self) -> float:
        """Seconds to the next probe; 0 unless open."""
        return max(0.0, self._probe_at - self._monotonic()) if self._state is BreakerState.OPEN else 0.0

    def call(self, question: Callable[[], T]) -> T:
        """What the question gives, unless it is open.

        Args:
            question: raises ``StoreError`` for a failure.

        Raises:
            StoreError: by the question, and ``StoreUnavailable`` at once while it is not closed.
        """
        number = self._admitted()
        try:
            result = question()
        except StoreError:
            # A server that answers every question with an error is no better than one that is gone.
            self._note(number, failed=True)
            raise
        except BaseException:
            self._forget(number)
            raise
        self._note(number, failed=False)
        return result

    def check(self) -> None:
        """Raises ``StoreUnavailable`` unless it is closed, for questions that are not to be judged."""
        if self._state is not BreakerState.CLOSED:
            raise self._refusal()

    def probe(self, question: Callable[[], object]) -> bool:
        """Asks whether answers are back, if it is time to and nobody else is at it.

        Args:
            question: raises ``StoreError`` where they are not.

        Returns:
            Whether calls are let through now.
        """
        with self._lock:
            if self._state is BreakerState.CLOSED:
                return True
            if self._state is BreakerState.HALF_OPEN or self._monotonic() < self._probe_at:
                return False
            self._state = BreakerState.HALF_OPEN
        self._on_change(BreakerState.HALF_OPEN)
        began, answered = self._monotonic(), False
        try:
            question()
            answered = self._monotonic() - began < self.rules.slow
        except StoreError:
            pass
        finally:
            self._turn(BreakerState.CLOSED if answered else BreakerState.OPEN)
        return answered

    def _admitted(self) -> int:
        with self._lock:
            now = self._monotonic()
            opens = self._state is BreakerState.CLOSED and self._hanging(now) > 0 and self._is_bad(now)
            if opens:
                self._open(now)
            elif self._state is BreakerState.CLOSED:
                self._numbers += 1
                self._under_way[self._numbers] = now
                return self._numbers
        if opens:
            self._on_change(BreakerState.OPEN)
        raise self._refusal()

    def _refusal(self) -> StoreUnavailable:
        self._on_refused()
        return StoreUnavailable(f"{self.name} did not answer and is left alone for the moment", self._retry_after())

    def _retry_after(self) -> int:
        """Whole seconds, at least one: callers that come sooner than the probe would be refused again."""
        return 1 + int(self.pause_left)

    def _note(self, number: int, *, failed: bool) -> None:
        with self._lock:
            began = self._under_way.pop(number, None)
            if began is None or self._state is not BreakerState.CLOSED:
                return
            now = self._monotonic()
            call = _Ended(now, failed, now - began >= self.rules.slow)
            self._ended.append(call)
            self._drop_old(now)
            if not call.failed:
                self._answered_at = now
            if not (call.failed or call.slow) or not self._is_bad(now):
                return
            self._open(now)
        self._on_change(BreakerState.OPEN)

    def _forget(self, number: int) -> None:
        with self._lock:
            self._under_way.pop(number, None)

    def _is_bad(self, now: float) -> bool:
        self._drop_old(now)
        hanging = self._hanging(now)
        silent = now - self._answered_at >= self.rules.slow
        if silent and hanging + self._failed_in_a_row() >= self.rules.in_a_row:
            return True
        calls = len(self._ended) + hanging
        if calls < self.rules.least_calls:
            return False
        failed = sum(call.failed for call in self._ended)
        slow = hanging + sum(call.slow or call.failed for call in self._ended)
        return failed >= self.rules.failed * calls or slow >= self.rules.slow_share * calls

    def _drop_old(self, now: float) -> None:
        while self._ended and now - self._ended[0].at > self.rules.window:
            self._ended.popleft()

    def _failed_in_a_row(self) -> int:
        """Calls that failed since the last one that did not."""
        return sum(1 for _ in takewhile(lambda call: call.failed, reversed(self._ended)))

    def _hanging(self, now: float) -> int:
        return sum(now - began >= self.rules.slow for began in self._under_way.values())

    def _open(self, now: float) -> None:
        self._state, self._probe_at = BreakerState.OPEN, now + self.rules.pause
        self._ended.clear()
        self._under_way.clear()

    def _turn(self, state: BreakerState) -> None:
        with self._lock:
            now = self._monotonic()
            if state is BreakerState.OPEN:
                self._open(now)
            else:
                self._state, self._probe_at, self._answered_at = state, float("inf"), now
        self._on_change(state)

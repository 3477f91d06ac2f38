"""A circuit breaker: refuses calls to something that keeps failing or hanging, so that no caller waits for it.

* Closed: every call goes through, and the calls of a rolling window are judged. If too many failed or were slow, or if
  several failed or hang and none was answered for a while, the breaker opens.
* Open: every call is refused at once, until a pause is over.
* Half open: a single probe finds out whether calls are answered again; it closes the breaker, or opens it for another
  pause. A background thread makes the probe, never a caller, so that no caller waits.

No lock is held during a call. A running call counts as slow once it has run for ``slow`` seconds: otherwise a hang
would show only when the first time limit is over. Pure: the clock is an argument. See Nygard, *Release It!*, 2nd
edition, "Circuit Breaker"; rolling window and slow calls follow resilience4j. Requirement F1.
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
    """The state of a breaker, which decides what happens to a call."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a breaker opens, and for how long.

    Args:
        window: seconds for which a call counts.
        least_calls: number of calls below which shares are not judged.
        failed: share of failed calls at which it opens, 0 to 1.
        in_a_row: number of failed or hanging calls at which it opens whatever the shares, once no call was answered
            for ``slow`` seconds. Shares miss a hang: few calls hang, since their callers wait, beside many answered
            before.
        slow: seconds from which a call is slow.
        slow_share: share of calls that failed or were slow at which it opens, 0 to 1.
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
class _EndedCall:
    at: float
    failed: bool
    slow: bool


class Breaker:
    """The circuit breaker around one dependency that may stop answering.

    Args:
        name: what the breaker guards, for the message of a refusal.
        rules: when to open.
        monotonic: clock in seconds.
        on_change: called with each new state, in the thread that caused it; must not raise.
        on_refused: called for each refused call; must not raise.

    Attributes:
        state: the present state.
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
        self.state = BreakerState.CLOSED
        self._probe_at = float("inf")
        self._ended: deque[_EndedCall] = deque()
        self._answered_at = monotonic()
        # Start times of the running calls by number. A call counts only if the breaker did not change while it ran.
        self._running: dict[int, float] = {}
        self._last_number = 0

    @property
    def pause_left(self) -> float:
        """Seconds until the next probe; 0 unless open."""
        return max(0.0, self._probe_at - self._monotonic()) if self.state is BreakerState.OPEN else 0.0

    def call(self, operation: Callable[[], T]) -> T:
        """Runs an operation and returns its result, unless the breaker is open.

        Args:
            operation: raises ``StoreError`` for a failure.

        Raises:
            StoreError: from the operation; ``StoreUnavailable`` at once while the breaker is not closed.
        """
        number = self._admit()
        try:
            result = operation()
        except StoreError:
            # A server that answers every request with an error is no better than one that is gone.
            self._note(number, failed=True)
            raise
        except BaseException:
            with self._lock:
                self._running.pop(number, None)
            raise
        self._note(number, failed=False)
        return result

    def check(self) -> None:
        """Raises ``StoreUnavailable`` unless closed; for calls whose results are not to be judged."""
        if self.state is not BreakerState.CLOSED:
            raise self._refuse()

    def probe(self, operation: Callable[[], object]) -> bool:
        """Probes whether calls are answered again, if the pause is over and no other probe is running.

        Args:
            operation: raises ``StoreError`` if they are not.

        Returns:
            Whether the breaker is closed now.
        """
        with self._lock:
            if self.state is BreakerState.CLOSED:
                return True
            if self.state is BreakerState.HALF_OPEN or self._monotonic() < self._probe_at:
                return False
            self.state = BreakerState.HALF_OPEN
        self._on_change(BreakerState.HALF_OPEN)
        began, answered = self._monotonic(), False
        try:
            operation()
            answered = self._monotonic() - began < self.rules.slow
        except StoreError:
            pass
        finally:
            self._set(BreakerState.CLOSED if answered else BreakerState.OPEN)
        return answered

    def _admit(self) -> int:
        with self._lock:
            now = self._monotonic()
            opens = self.state is BreakerState.CLOSED and self._hanging(now) > 0 and self._is_bad(now)
            if opens:
                self._open(now)
            elif self.state is BreakerState.CLOSED:
                self._last_number += 1
                self._running[self._last_number] = now
                return self._last_number
        if opens:
            self._on_change(BreakerState.OPEN)
        raise self._refuse()

    def _refuse(self) -> StoreUnavailable:
        self._on_refused()
        # Rounded up: callers that return before the next probe would be refused again.
        retry_after = 1 + int(self.pause_left)
        return StoreUnavailable(f"{self.name} is not answering; calls to it are paused", retry_after)

    def _note(self, number: int, *, failed: bool) -> None:
        with self._lock:
            began = self._running.pop(number, None)
            if began is None or self.state is not BreakerState.CLOSED:
                return
            now = self._monotonic()
            call = _EndedCall(now, failed, now - began >= self.rules.slow)
            self._ended.append(call)
            self._drop_old(now)
            if not call.failed:
                self._answered_at = now
            if not (call.failed or call.slow) or not self._is_bad(now):
                return
            self._open(now)
        self._on_change(BreakerState.OPEN)

    def _is_bad(self, now: float) -> bool:
        self._drop_old(now)
        hanging = self._hanging(now)
        silent = now - self._answered_at >= self.rules.slow
        if silent and hanging + self._failures_in_a_row() >= self.rules.in_a_row:
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

    def _failures_in_a_row(self) -> int:
        """Returns the number of failed calls since the last one that was answered."""
        return sum(1 for _ in takewhile(lambda call: call.failed, reversed(self._ended)))

    def _hanging(self, now: float) -> int:
        return sum(now - began >= self.rules.slow for began in self._running.values())

    def _open(self, now: float) -> None:
        self.state, self._probe_at = BreakerState.OPEN, now + self.rules.pause
        self._ended.clear()
        self._running.clear()

    def _set(self, state: BreakerState) -> None:
        with self._lock:
            now = self._monotonic()
            if state is BreakerState.OPEN:
                self._open(now)
            else:
                self.state, self._probe_at, self._answered_at = state, float("inf"), now
        self._on_change(state)

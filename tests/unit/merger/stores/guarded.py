"""A circuit breaker under test, with a clock that the test moves."""

from __future__ import annotations

import pytest

from merger.errors import StoreUnavailable
from merger.stores.breaker import Breaker, BreakerRules, BreakerState

RULES = BreakerRules(window=10.0, least_calls=4, failed=0.5, in_a_row=3, slow=0.5, slow_share=0.8, pause=1.0)


class Away(StoreUnavailable):
    """The error of the guarded thing, as opposed to a refusal."""

    def __init__(self) -> None:
        super().__init__("away")


class Guarded:
    """A breaker with a clock that the test moves; records its changes and refusals."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.changes: list[BreakerState] = []
        self.refused = 0
        self.breaker = Breaker(
            "it", RULES, lambda: self.seconds, on_change=self.changes.append, on_refused=self._refuse
        )

    def _refuse(self) -> None:
        self.refused += 1

    def fine(self, *, takes: float = 0.0) -> str:
        def operation() -> str:
            self.seconds += takes
            return "answer"

        return self.breaker.call(operation)

    def fails(self, error: Exception | None = None) -> None:
        def operation() -> None:
            raise error or Away

        with pytest.raises(type(error) if error else Away):
            self.breaker.call(operation)

    def open_(self) -> Guarded:
        for _ in range(RULES.least_calls):
            self.fails()
        assert self.breaker.state is BreakerState.OPEN
        return self


def refuse(guarded: Guarded) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        guarded.fine()
    assert not isinstance(caught.value, Away)
    return caught.value

"""Compares the layers once per batch, in one of all processes, after the batch has settled.

Requirement M13.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from merger import meters
from merger.core.windows import isoformat
from merger.drift.auditor import Auditor
from merger.drift.comparison import BATCH_MORE, SPEED_MORE, Drift
from merger.drift.shared_result import CLAIM_LAPSES, Audit, Batch, SharedDriftResults
from merger.errors import StoreError
from merger.invalidation.schedule import BATCH_REPEATS
from merger.stores.redis.link import RedisTrouble

SETTLE_SECONDS = BATCH_REPEATS[-1]
"""A batch has settled after this long without a new batch document: a run may go on writing long after its first."""


_log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True, eq=False)
class DriftAudit:
    """Compares the layers in a thread of its own, whenever a comparison is due.

    Args:
        auditor: makes the comparison.
        compare_answers: compares kept answers with the batch too, after the layers.
        shared: the results of all processes. While Redis is down, each process compares for itself.
        current_batch: returns the batch layer, as far as this process knows it.
        may_compare: returns whether this process should compare: the leader should.
        batch_noticed: returns when this process last noticed a change of the batch layer; ``None``: it follows none.
        clock: aware UTC.
        monotonic: seconds of a monotonic clock.
    """

    auditor: Auditor
    compare_answers: Callable[[], None]
    shared: SharedDriftResults
    current_batch: Callable[[], Batch | None]
    may_compare: Callable[[], bool]
    batch_noticed: Callable[[], datetime | None]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    _seen_batch: Batch | None = field(default=None, init=False)
    _seen_at: float = field(default=-math.inf, init=False)
    _last: Audit | None = field(default=None, init=False)
    _has_checked_redis: bool = field(default=False, init=False)
    _tried_batch: Batch | None = field(default=None, init=False)
    _tried_at: float = field(default=-math.inf, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        for direction in (BATCH_MORE, SPEED_MORE):
            meters.DRIFT_EVENTS.labels(direction)

    def run(self) -> None:
        """Starts a comparison if one is due; never waits for it."""
        if self.is_comparing:
            return
        self._load_shared_result()
        batch = self.current_batch()
        if batch is not None and self._is_due(batch) and self._claim(batch):
            self._thread = threading.Thread(target=self._compare, args=(batch,), name="drift", daemon=True)
            self._thread.start()

    @property
    def is_comparing(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Waits for a running comparison, if there is one."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _load_shared_result(self) -> None:
        """Shows another process's result in this one's metrics too, since each host reports only its own workers."""
        with suppress(RedisTrouble):
            found = self.shared.last()
            if found is not None and (self._last is None or found.compared_at > self._last.compared_at):
                self._show(found)
            elif found is None and not self._has_checked_redis:
                # Only when no process has a result: the metric is the value that any worker set last.
                self._show_no_result()
            self._has_checked_redis = True

    def _is_due(self, batch: Batch) -> bool:
        now = self.monotonic()
        if batch != self._seen_batch:
            self._seen_batch, self._seen_at = batch, now
        noticed = self.batch_noticed()
        is_quiet = noticed is None or (self.clock() - noticed).total_seconds() >= SETTLE_SECONDS
        is_done = self._last is not None and self._last.batch == batch
        return not is_done and is_quiet and now - self._seen_at >= SETTLE_SECONDS and self.may_compare()

    def _claim(self, batch: Batch) -> bool:
        try:
            return self.shared.claim(batch)
        except RedisTrouble:
            return self._claim_without_redis(batch)

    def _claim_without_redis(self, batch: Batch) -> bool:
        """Claims for this process alone; a failed comparison is repeated after the same time as with Redis."""
        now = self.monotonic()
        if self._tried_batch == batch and now - self._tried_at < CLAIM_LAPSES.total_seconds():
            return False
        self._tried_batch, self._tried_at = batch, now
        return True

    def _compare(self, batch: Batch) -> None:
        self._compare_layers(batch)
        try:
            self.compare_answers()
        except (StoreError, RedisTrouble) as error:
            _log.warning("answers were not compared: %s", error)
        except Exception:  # noqa: BLE001 - as below
            _log.exception("answers could not be compared")

    def _compare_layers(self, batch: Batch) -> None:
        try:
            audit = Audit.record(batch, self.clock(), self._compare_new_days(batch), self._last_still_true_of(batch))
        except StoreError as error:
            _log.warning("the layers were not compared: %s", error)
        except Exception:  # noqa: BLE001 - no caller sees this thread's exceptions, so it must log them itself
            _log.exception("the layers could not be compared")
        else:
            self._publish(audit)

    def _compare_new_days(self, batch: Batch) -> Drift:
        """Compares the days that no earlier batch covered.

        Where there are none, the batch was another run over the same days. It may have corrected them, so the days
        compared last are compared again. After a rollback to an earlier batch, all of its days are.
        """
        last = self._last_still_true_of(batch)
        drift = self.auditor.compare(batch.computed_at, None if last is None else last.until)
        if last is not None and last.start is not None and not drift.days:
            return self.auditor.compare(batch.computed_at, last.start)
        return drift

    def _last_still_true_of(self, batch: Batch) -> Audit | None:
        """The last result, unless it is of a batch that a rollback has taken back since."""
        last = self._last
        return None if last is None or last.batch_computed_at > batch.computed_at else last

    def _publish(self, audit: Audit) -> None:
        """Counts, logs and shares a result, unless another process finished first or the batch is another by now."""
        if self.current_batch() != audit.batch:
            return
        with suppress(RedisTrouble):
            last = self.shared.last()
            if last is not None and last.batch == audit.batch:
                return
        drift = audit.drift
        meters.DRIFT_CHECKED_BUCKETS.inc(drift.checked)
        meters.DRIFT_EVENTS.labels(BATCH_MORE).inc(drift.batch_more)
        meters.DRIFT_EVENTS.labels(SPEED_MORE).inc(drift.speed_more)
        _log.info("drift", extra={"drift": {"of": isoformat(audit.batch_computed_at), **drift.totals}})
        with suppress(RedisTrouble):
            self.shared.keep(audit)
        self._show(audit)

    def _show(self, audit: Audit) -> None:
        self._last = audit
        if audit.drift.days:
            meters.DRIFT_RATIO.set(audit.drift.ratio)
            meters.DRIFT_CHECKED_AT.set(audit.compared_at.timestamp())
        elif audit.start is None:
            self._show_no_result()
        # Else the metrics keep the result of the last days that could be compared.

    def _show_no_result(self) -> None:
        meters.DRIFT_RATIO.set(0)
        meters.DRIFT_CHECKED_AT.set(0)

"""When the layers are compared: once for each batch, by one process of all, when the batch has settled (M13)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from merger import meters
from merger.core.windows import isoformat
from merger.drift.auditor import Auditor
from merger.drift.comparison import BATCH_MORE, SPEED_MORE, Drift
from merger.drift.shared_result import CLAIM_LAPSES, Audit, SharedDriftResults
from merger.errors import StoreError
from merger.invalidation.schedule import BATCH_AGAIN
from merger.stores.redis.link import RedisTrouble

SETTLES = BATCH_AGAIN[-1]
"""Seconds without a further batch document: a run may be writing for long after its first one is seen."""


_log = logging.getLogger(__name__)


class DriftAudit:
    """Compares the layers in a thread of its own, once there is something to compare.

    Args:
        auditor: compares.
        shared: what all processes know. Redis away: each process compares for itself.
        newest: when the newest batch document was computed, as far as this process knows.
        may: whether this process is to compare: one that follows the changes.
        noticed: when it last saw the batch layer change, where it does.
        clock: aware UTC.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(
        self,
        *,
        auditor: Auditor,
        shared: SharedDriftResults,
        newest: Callable[[], datetime | None],
        may: Callable[[], bool],
        noticed: Callable[[], datetime | None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._auditor = auditor
        self._shared = shared
        self._newest = newest
        self._may = may
        self._noticed = noticed
        self._clock = clock
        self._monotonic = monotonic
        self._seen: datetime | None = None
        self._seen_at = float("-inf")
        self._last: Audit | None = None
        self._has_begun = False
        self._tried: datetime | None = None
        self._tried_at = float("-inf")
        self._comparing: threading.Thread | None = None
        for direction in (BATCH_MORE, SPEED_MORE):
            meters.DRIFT_EVENTS.labels(direction)

    def run(self) -> None:
        """Compares, if there is something to compare; returns at once."""
        if self.is_comparing:
            return
        self._learn()
        of = self._newest()
        if of is not None and self._is_due(of) and self._is_mine(of):
            self._comparing = threading.Thread(target=self._compare, args=(of,), name="drift", daemon=True)
            self._comparing.start()

    @property
    def is_comparing(self) -> bool:
        return self._comparing is not None and self._comparing.is_alive()

    def wait(self, seconds: float) -> None:
        """For the comparison that is under way, if there is one."""
        if self._comparing is not None:
            self._comparing.join(seconds)

    def _learn(self) -> None:
        """What another process found is shown by this one, too: each host tells its own workers' figures."""
        with suppress(RedisTrouble):
            found = self._shared.last()
            if found is not None and (self._last is None or found.at > self._last.at):
                self._show(found)
            elif found is None and not self._has_begun:
                # Only when nobody is known to have found anything: the figures of all workers are the last one's.
                meters.DRIFT_RATIO.set(0)
                meters.DRIFT_CHECKED_AT.set(0)
            self._has_begun = True

    def _is_due(self, of: datetime) -> bool:
        now = self._monotonic()
        if of != self._seen:
            self._seen, self._seen_at = of, now
        noticed = self._noticed()
        quiet = noticed is None or (self._clock() - noticed).total_seconds() >= SETTLES
        is_known = self._last is not None and self._last.of >= of
        return not is_known and quiet and now - self._seen_at >= SETTLES and self._may()

    def _is_mine(self, of: datetime) -> bool:
        try:
            return self._shared.claim(of)
        except RedisTrouble:
            return self._claims_alone(of)

    def _claims_alone(self, of: datetime) -> bool:
        """A failed try is repeated as late as with Redis."""
        now = self._monotonic()
        if self._tried == of and now - self._tried_at < CLAIM_LAPSES.total_seconds():
            return False
        self._tried, self._tried_at = of, now
        return True

    def _compare(self, of: datetime) -> None:
        try:
            audit = Audit.made(of, self._clock(), self._drift(of), self._last)
        except StoreError as error:
            _log.warning("the layers were not compared: %s", error)
        except Exception:  # noqa: BLE001 - nobody waits for this thread, and it must not end unheard
            _log.exception("the layers could not be compared")
        else:
            self._finish(audit)

    def _drift(self, of: datetime) -> Drift:
        """Of the days that no batch before this one covered; where there is none, of the last ones again: it was a
        further run over the same days, which may have mended them."""
        last = self._last
        found = self._auditor.compare(of, None if last is None else last.until)
        if last is not None and last.start is not None and not found.days:
            return self._auditor.compare(of, last.start)
        return found

    def _finish(self, audit: Audit) -> None:
        with suppress(RedisTrouble):
            found = self._shared.last()
            if found is not None and found.of >= audit.of:
                return  # it took so long that somebody else has done it
        drift = audit.drift
        meters.DRIFT_CHECKED_BUCKETS.inc(drift.checked)
        meters.DRIFT_EVENTS.labels(BATCH_MORE).inc(drift.batch_more)
        meters.DRIFT_EVENTS.labels(SPEED_MORE).inc(drift.speed_more)
        _log.info("drift", extra={"drift": {"of": isoformat(audit.of), **drift.totals}})
        with suppress(RedisTrouble):
            self._shared.keep(audit)
        self._show(audit)

    def _show(self, audit: Audit) -> None:
        self._last = audit
        if not audit.drift.days:
            return  # the figures are those of the last days that could be compared
        meters.DRIFT_RATIO.set(audit.drift.ratio)
        meters.DRIFT_CHECKED_AT.set(audit.at.timestamp())

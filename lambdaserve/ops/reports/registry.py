"""Every report that staff can see, by name: each page of the admin shows one, the operations page shows all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lambdaserve.ops.reports.cache import cache_report
from lambdaserve.ops.reports.drift import drift_report
from lambdaserve.ops.reports.freshness import current_report
from lambdaserve.ops.reports.indexes import index_report
from merger import wiring

REPORTS: Final[dict[str, Callable[[], Any]]] = {
    "layers": current_report,
    "cache": cache_report,
    "indexes": index_report,
    "runs": lambda: wiring.run_publisher().runs(),
    "drift": drift_report,
}
"""Each function builds its report, and raises ``MergerError`` or ``RedisTrouble`` when a store does not answer."""

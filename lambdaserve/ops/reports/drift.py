"""Report of the last comparison of the two layers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from merger import wiring
from merger.core.windows import isoformat


def drift_report() -> dict[str, Any] | None:
    """Builds the report: the totals, ``at``, ``of`` and the ``worst`` buckets; ``None`` before the first comparison.

    Raises:
        RedisTrouble: Redis, where the result is stored, does not answer.
    """
    last = wiring.shared_drift_results().last()
    if last is None:
        return None
    catalogue = wiring.service().catalogue_at_hand
    worst = [
        {
            **asdict(bucket),
            "difference": bucket.difference,
            "title": catalogue.title_of(bucket.movie_id) if catalogue else None,
        }
        for bucket in last.drift.worst
    ]
    return {
        "at": isoformat(last.compared_at),
        "of": isoformat(last.batch_computed_at),
        **last.drift.totals,
        "worst": worst,
    }

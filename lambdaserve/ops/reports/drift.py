"""The last comparison of the layers in one report, for pages (M13)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from merger import wiring
from merger.core.windows import isoformat


def drift_report() -> dict[str, Any] | None:
    """Plain data: the totals, ``at``, ``of``, and the ``worst`` buckets; ``None``: none was made yet.

    Raises:
        RedisTrouble: it lies in Redis, which does not answer.
    """
    last = wiring.shared_drift_results().last()
    if last is None:
        return None
    at_hand = wiring.service().catalogue_at_hand
    worst = [
        {
            **asdict(bucket),
            "difference": bucket.difference,
            "title": at_hand.title_of(bucket.movie_id) if at_hand else None,
        }
        for bucket in last.drift.worst
    ]
    return {
        "at": isoformat(last.compared_at),
        "of": isoformat(last.batch_computed_at),
        **last.drift.totals,
        "worst": worst,
    }

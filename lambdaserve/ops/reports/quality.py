"""Report of how far sampled answers were from what the batch layer counted later.

Requirement M16.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from merger import configuration, wiring
from merger.drift.quality import AGES, LARGEST_DIFFERENCE, Tally
from merger.drift.shared_answers import RESULT_DAYS


def quality_report() -> dict[str, Any]:
    """Builds the report: ``whole``, and the same figures by the ``ages`` of the answers and by ``days``.

    Raises:
        RedisTrouble: Redis, where the results are, does not answer.
    """
    results = wiring.shared_answers().results(configuration.utc_now())
    by_day = {day: sum(ages.values(), Tally()) for day, ages in results.items()}
    by_age = {age: sum((ages.get(age, Tally()) for ages in results.values()), Tally()) for age in AGES}
    whole = sum(by_day.values(), Tally())
    difference = whole.difference
    return {
        "period_days": RESULT_DAYS,
        "objective": LARGEST_DIFFERENCE,
        "is_met": None if difference is None else difference <= LARGEST_DIFFERENCE,
        "whole": _figures(whole),
        "ages": [{"age": age, **_figures(tally)} for age, tally in by_age.items() if tally != Tally()],
        "days": [{"day": day, **_figures(tally)} for day, tally in by_day.items()],
    }


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        **asdict(tally),
        "mismatch": tally.mismatch,
        "error": tally.error,
        "difference": tally.difference,
        "missing_share": tally.missing / tally.batch if tally.batch else None,
        "extra_share": tally.extra / tally.batch if tally.batch else None,
    }

"""The quality page: how far live numbers were from what the batch layer counted later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lambdaserve.ops.reports.quality import quality_report
from merger.stores.redis.link import RedisTrouble
from pages.figures.tables import Column, Table
from pages.frame.page import BrowserPage

AGES: Final[Mapping[str, str]] = {
    "1h": "less than an hour",
    "6h": "1 to 6 hours",
    "24h": "6 to 24 hours",
    "older": "more than a day",
}
"""How long after the end of a day an answer about it was given, in words."""

_FIGURES: Final = (
    Column("error", "Error", "error"),
    Column("missing_share", "Missing reviews", "share"),
    Column("extra_share", "Extra reviews", "share"),
    Column("mismatch", "Not equal", "share"),
    Column("answers", "Answers compared", "count"),
)


class Quality(BrowserPage):
    """How wrong live numbers were, for all who may read them."""

    template = "pages/quality.html"
    shows_runs = False

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        try:
            report = quality_report()
        except RedisTrouble:
            return {"report": None}
        ages = [{**row, "age": AGES[row["age"]]} for row in report["ages"]]
        return {
            "report": report,
            "ages": Table(
                "quality-by-age", "Errors by the time since the day", (Column("age", "Given after"), *_FIGURES), ages
            ),
            "days": Table("quality-by-day", "Errors by day", (Column("day", "Day", "date"), *_FIGURES), report["days"]),
        }

    def describe(self, context: Mapping[str, Any]) -> str:
        return "How far numbers that were shown live are from what was counted later."

"""The table of reports that the admin and the operations page share."""

from __future__ import annotations

from lambdaserve.ops.reports.registry import REPORTS
from lambdaserve.staff.pages import PAGES


def test_every_report_is_shown_by_one_admin_page() -> None:
    assert sorted(page.report for page in PAGES if hasattr(page, "report")) == sorted(REPORTS)

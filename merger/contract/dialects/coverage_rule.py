"""A deployment's rule for how far a batch covers that names no ``covers_until``: the setting ``BATCH_COVERAGE``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from merger.core.windows import floor_day

COVERAGE_FORMS = "`computed_at`, `computed_at-2h` (any `<n>m`, `<n>h` or `<n>d`), or `day`"


_RULE = re.compile(r"computed_at(?:-(\d{1,4})([mhd]))?", re.ASCII)


_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """How far a batch covers: ``behind`` before it was computed, or up to the start of that UTC day."""

    behind: timedelta = timedelta()
    to_day: bool = False

    @classmethod
    def parse(cls, text: str) -> CoverageRule:
        """Reads a rule.

        Raises:
            ValueError: it is none of ``COVERAGE_FORMS``.
        """
        if text == "day":
            return cls(to_day=True)
        found = _RULE.fullmatch(text)
        if found is None:
            raise ValueError(f"a rule is {COVERAGE_FORMS}")
        number, unit = found.groups()
        return cls(int(number) * _UNITS[unit] if number else timedelta())

    def apply(self, computed_at: datetime) -> datetime:
        """The event time up to which a batch covers that was computed then, aware UTC."""
        return floor_day(computed_at) if self.to_day else computed_at - self.behind

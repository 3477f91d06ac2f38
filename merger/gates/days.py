"""Gates about time: how far a run covers, and the points of days that were closed before. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from merger.core.windows import floor_day, isoformat
from merger.gates.groups import Entry
from merger.gates.limits import FEWEST, Limits
from merger.gates.measure import Measure, groups_of_both, measure, percent
from merger.gates.sample import pairs
from merger.gates.summary import RECENT_DAYS, Group, RunSummary, days_after

_NOISE: Final = 0.01
"""A number that differs by less is the same."""


_CHANCE: Final = 2
"""Standard deviations by which chance may make a day's points fewer."""


def closed_days(group: Group) -> list[str]:
    """The days of a group's points that it covers to their end, oldest first."""
    open_day = f"{floor_day(group.covers_until):%Y-%m-%d}"
    return sorted(day for day in group.days if day < open_day)


def recent_days(group: Group) -> list[str]:
    """The newest closed days of which points are kept, oldest first."""
    return [day for day in closed_days(group) if day in group.recent]


def new_days(group: Group, earlier: Group) -> list[str]:
    """The newest days that a run closes and the run before did not."""
    last = max(closed_days(earlier), default="")
    return [day for day in recent_days(group) if day > last]


@dataclass(frozen=True, slots=True)
class Expected:
    """How many documents there are, and how many are expected.

    Args:
        number: there are.
        certain: expected for sure.
        least: of new days, at least, but for chance.
        most: of new days, at most.
    """

    number: int
    certain: int
    least: int = 0
    most: int = 0

    @classmethod
    def sum_of(cls, parts: Sequence[Expected]) -> Expected:
        """Of several groups together."""
        return cls(*(sum(getattr(part, name) for part in parts) for name in ("number", "certain", "least", "most")))

    @property
    def lowest(self) -> int:
        """The fewest that are expected."""
        return max(0, self.certain + self.least - round(_CHANCE * math.sqrt(self.least)))

    @property
    def highest(self) -> int:
        """The most that are expected."""
        return self.certain + self.most


def expected_documents(group: Group, earlier: Group) -> Expected:
    """How many documents a group should have.

    As many as it had. Of points by day: on days that the run before has closed as many as there, on later days as many
    as on one of its newest ones. Days before the run's first point are not expected: a run may write new days alone.
    """
    if not earlier.days:
        return Expected(group.documents, earlier.documents)
    closed = closed_days(earlier) or sorted(earlier.days)
    recent = [earlier.days[day] for day in closed[-2 * RECENT_DAYS :]]
    if not group.days:
        return Expected(group.documents, 0, min(recent), max(recent))
    shared = sum(earlier.days[day] for day in closed if day >= min(group.days))
    later = days_after(closed[-1], group.last_covered_day)
    whole = later - (later > 0 and group.covers_until != floor_day(group.covers_until))
    return Expected(group.documents, shared, whole * min(recent), later * max(recent))


def coverage(run: RunSummary, before: RunSummary | None, limits: Limits) -> Iterator[Measure]:
    """Every view covers as much as it did, keeps up with the others, and names no day that it doesn't cover."""
    for group in run.groups.values():
        earlier = before.groups.get(group.name) if before else None
        yield from _consistency(group, earlier, limits)
        if before is not None and earlier is not None:
            yield from _progress(run, before, group, earlier, limits)


def changed_days(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """Points of days that the run before had closed stay as they were."""
    for group, earlier in groups_of_both(run, before):
        closed = closed_days(earlier)
        if not closed or not group.days:
            continue
        first, last = min(group.days), closed[-1]
        found = [
            _is_same(new, old)
            for new, old in pairs(group.sample, earlier.sample)
            if first <= ((new or old).day or "") <= last  # type: ignore[union-attr] # one of them is there
        ]
        if len(found) < FEWEST:
            continue
        share = found.count(False) / len(found)
        fault = f"{percent(share)} of the points of {group.name} from {first} to {last} differ from run {before.run_id}"
        yield measure(group.name, share, f"{group.name} {percent(share)}", fault, fails=share > limits.closed_days)


def _consistency(group: Group, earlier: Group | None, limits: Limits) -> Iterator[Measure]:
    kinds = {"uncovered": "are about days that they don't cover", "ahead": "are stamped in the future"}
    if earlier is not None:
        kinds["overstated"] = "cover events that were still to come when they were computed"
    for name, what in kinds.items():
        number = getattr(group, name)
        share = number / group.documents
        excess = share - (getattr(earlier, name) / earlier.documents if earlier else 0)
        fault = f"{number:,} of {group.documents:,} documents of {group.name} {what}"
        shown = f"{percent(share)} of {group.name} {what}"
        yield measure(group.name, 24 * excess, shown, fault, fails=excess > limits.violations)


def _progress(run: RunSummary, before: RunSummary, group: Group, earlier: Group, limits: Limits) -> Iterator[Measure]:
    newest, former = run.covers_until, before.covers_until
    if newest is None or former is None:
        return
    until, was = isoformat(group.covers_until), isoformat(earlier.covers_until)
    lost = earlier.covers_until - group.covers_until
    fault = f"{group.name} covers events until {until}; in run {before.run_id} it covered them until {was}"
    hours = lost.total_seconds() / 3600
    yield measure(group.name, hours, f"{group.name} until {until}", fault, fails=lost > limits.coverage_lost)
    behind = (newest - group.covers_until) - (former - earlier.covers_until)
    fault = (
        f"{group.name} covers events until {until}, while other views of the run cover them until {isoformat(newest)}"
    )
    hours = behind.total_seconds() / 3600
    yield measure(group.name, hours, f"{group.name} until {until}", fault, fails=behind > limits.coverage_lost)
    if not earlier.days or not group.days or earlier.documents < FEWEST * len(earlier.days):
        return
    late, formerly = (days_after(max(each.days), each.last_covered_day) for each in (group, earlier))
    fault = f"the newest point of {group.name} is of {max(group.days)}, though the run covers events until {until}"
    shown = f"{group.name} ends {late} days early"
    yield measure(group.name, 24 * (late - formerly), shown, fault, fails=late > formerly)


def _is_same(new: Entry | None, old: Entry | None) -> bool:
    if new is None or old is None:
        return False
    numbers = zip(new.numbers, old.numbers, strict=True)
    return new.facts == old.facts and all(
        math.isclose(one, other, rel_tol=_NOISE) or (math.isnan(one) and math.isnan(other)) for one, other in numbers
    )

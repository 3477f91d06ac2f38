"""Gates about how much there is: documents, subjects that vanish, nulls, violations of the contract. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from merger.gates.days import Expected, expected_documents
from merger.gates.limits import FEWEST, Limits
from merger.gates.measure import Measure, groups_of_both, measure, percent
from merger.gates.sample import pairs
from merger.gates.summary import Group, RunSummary

SUBJECTS = {"movie_details": "movies", "sentiment": "movies", "actor_collaboration": "actors"}
"""What the documents of a group are about, where that has a name of its own."""


def documents(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """Each view, and each group of it, has about as many documents as the run before leads to expect."""
    views: dict[str, list[Expected]] = {}
    for name, earlier in before.groups.items():
        expected = expected_documents(run.groups.get(name) or Group(name, earlier.view_type), earlier)
        views.setdefault(earlier.view_type, []).append(expected)
        yield _compare_number(name, expected, before.run_id, limits)
    for view_type, parts in views.items():
        if len(parts) > 1:
            yield _compare_number(f"all of {view_type}", Expected.sum_of(parts), before.run_id, limits)
    for group, earlier in groups_of_both(run, before):
        share = group.sample.repeated_share
        excess = share - earlier.sample.repeated_share
        fault = f"{percent(share)} of the documents of {group.name} repeat another one of the run"
        shown = f"{group.name} repeats {percent(share)}"
        yield measure(group.name, excess, shown, fault, fails=excess > limits.documents_lost)


def _compare_number(name: str, expected: Expected, before: str, limits: Limits) -> Measure:
    number, lowest, highest = expected.number, expected.lowest, expected.highest
    change = 0.0
    if lowest and number < lowest:
        change = number / lowest - 1
    elif highest and number > highest:
        change = number / highest - 1
    fails = change < -limits.documents_lost or change >= limits.documents_gained or (not number and bool(highest))
    span = f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"
    shown = f"{name} {percent(change, signed=True)}"
    fault = f"{name} has {number:,} documents; after run {before} {span} are expected ({percent(change, signed=True)})"
    return measure(name, abs(change), shown, fault, fails=fails)


def first_days(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """The points of all views begin on about the same day: a run of new days alone is fine, a view cut off is not."""
    lacking = {
        group.name: sum(day < min(group.days) for day in earlier.days) / len(earlier.days)
        for group, earlier in groups_of_both(run, before)
        if group.days and earlier.days
    }
    least = min(lacking.values(), default=0.0)
    for name, share in lacking.items():
        fault = (
            f"{name} begins on {min(run.groups[name].days)}, without {percent(share)} of the days that run "
            f"{before.run_id} has, while other views of the run lack {percent(least)} of them"
        )
        apart = share - least
        shown = f"{name} lacks {percent(share)} of the days"
        yield measure(name, apart, shown, fault, fails=apart > limits.documents_lost)


def vanished(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """Nearly every movie, month of a genre and actor of the run before is in the run."""
    for group, earlier in groups_of_both(run, before):
        if earlier.days:
            continue
        held = [new is not None for new, old in pairs(group.sample, earlier.sample) if old is not None]
        if not held:
            continue
        share = held.count(False) / len(held)
        subjects = SUBJECTS.get(group.name, "documents")
        fault = f"{percent(share)} of the {subjects} that {group.name} had in run {before.run_id} are not in the run"
        yield measure(group.name, share, f"{group.name} {percent(share)}", fault, fails=share > limits.vanished)


def nulls(run: RunSummary, before: RunSummary, limits: Limits) -> Iterator[Measure]:
    """No field is absent much more often than it was."""
    for group, earlier in groups_of_both(run, before):
        for name, possible in group.fields.items():
            if possible < FEWEST or earlier.fields[name] < FEWEST:
                continue
            share, former = group.null_share(name), earlier.null_share(name)
            fault = f"{name} is absent in {percent(share)} of {group.name}; in run {before.run_id} in {percent(former)}"
            shown = f"{group.name} {name} {percent(former)} → {percent(share)}"
            yield measure(f"{group.name} {name}", share - former, shown, fault, fails=share - former > limits.nulls)


def violations(run: RunSummary, before: RunSummary | None, limits: Limits) -> Iterator[Measure]:
    """Hardly more documents break the contract than did."""
    for view_type, number in run.read.items():
        share = run.violations[view_type] / number
        former = before.violations[view_type] / before.read[view_type] if before and before.read[view_type] else 0.0
        worst = next((reason for reason, _ in run.reasons.most_common() if reason.startswith(f"{view_type}.")), "")
        fault = (
            f"{run.violations[view_type]:,} of {number:,} documents of {view_type} break the contract "
            f"({percent(share)}, formerly {percent(former)}), such as {worst or 'a field that cannot be read'}"
        )
        shown = f"{view_type} {percent(share)}"
        yield measure(view_type, share - former, shown, fault, fails=share - former > limits.violations)

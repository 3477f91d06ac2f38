"""Report of a soak, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tests.integration.soak.people import Person
from tests.integration.soak.verdict import MEGABYTE, Moment, Tally, warm_after


def report(
    moments: Sequence[Moment], tallies: Mapping[str, Tally], people: Sequence[Person], series: Sequence[int]
) -> Iterator[str]:
    """Builds the report as Markdown tables.

    Args:
        moments: what was held.
        tallies: what each kind of callers got.
        people: all kinds.
        series: numbers of the metrics' series at the beginning, half-way and at the end.
    """
    yield from ("", "| caller | requests | admitted | may have | statuses |", "| --- | --- | --- | --- | --- |")
    for person in people:
        tally = tallies[person.name]
        may = f"{tally.may_have(person.burst, person.per_minute):,.0f}" if person.limited else ""
        statuses = ", ".join(f"{status or 'none'} {number:,}" for status, number in sorted(tally.statuses.items()))
        yield f"| {person.name} | {tally.statuses.total():,} | {tally.admitted:,} | {may} | {statuses} |"
    warm = next(moment for moment in moments if moment.at >= warm_after(moments[-1].at))
    yield from ("", "| | at first | warm | at the end | most |", "| --- | --- | --- | --- | --- |")
    for number, pid in enumerate(sorted(moments[0].workers), 1):
        for name in ("memory", "peak", "files", "threads", "to_mongo", "to_redis"):
            values = [getattr(moment.workers[pid], name) for moment in (moments[0], warm, moments[-1])]
            values.append(max(getattr(moment.workers[pid], name) for moment in moments if pid in moment.workers))
            shown = [f"{value / MEGABYTE:.1f} MB" if name in ("memory", "peak") else str(value) for value in values]
            yield f"| worker {number}, {name} | {' | '.join(shown)} |"
    for name in ("keys", "memory"):
        values = [getattr(moment.stored, name) for moment in (moments[0], warm, moments[-1])]
        values.append(max(getattr(moment.stored, name) for moment in moments))
        shown = [f"{value / MEGABYTE:.1f} MB" if name == "memory" else f"{value:,}" for value in values]
        yield f"| Redis, {name} | {' | '.join(shown)} |"
    for name in moments[0].stored.rows:
        rows = [moment.stored.rows[name] for moment in (moments[0], warm, moments[-1])]
        yield f"| rows, {name} | {' | '.join(map(str, (*rows, max(m.stored.rows[name] for m in moments))))} |"
    yield f"| series of metrics | {series[0]} | {series[1]} | {series[-1]} | {max(series)} |"

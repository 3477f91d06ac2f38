"""The report on documents of files, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines_of(report: Mapping[str, Any]) -> Iterator[str]:
    """Yields the lines of a report of ``merger.producers.report``, with answers if it has any."""
    counted = ", ".join(f"{number:,} {name}" for name, number in report["documents"].items())
    yield f"documents   {counted or 'none that can be read'}"
    for each in report["dialects"]:
        yield f"dialect     {each['dialect']}: in {each['documents']:,}; better: {each['instead']}"
    for name, fields in report["absent"].items():
        if fields:
            yield f"absent      {name}: {', '.join(f'{field} in {number:,}' for field, number in fields.items())}"
    for finding in ("odd", "unreadable"):
        for each in report[finding]:
            places = f" (such as {', '.join(each['examples'])})" if each["examples"] else ""
            yield f"{finding:<11} {each['documents']:,} × {each['what']}{places}"
    yield from (f"failed      {reason}" for reason in report["failures"])
    if "answers" in report:
        yield f"answers     from these documents alone, as of {report['as_of']}"
        for each in report["answers"]:
            verdicts = ", ".join(f"{number:,} {verdict}" for verdict, number in each["answers"].items())
            yield f"  {each['endpoint']:<36} {verdicts}"
            yield f"      {each['example']}"
            yield from (f"      {reason}" for reason in each["reasons"])
    for sentence in report["advice"]:
        yield f"to do       {sentence}"
    if not report["advice"] and report["documents"]:
        yield "to do       nothing: these documents state all that answers need"

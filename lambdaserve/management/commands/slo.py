"""``manage.py slo``: reports whether the service met its objectives.

Requirement O1.
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError

from lambdaserve.config.kinds import duration
from lambdaserve.ops.slo.access_log import LogCounts
from lambdaserve.ops.slo.objectives import Objectives, RouteReport, SloReport, Traffic, judge
from lambdaserve.ops.slo.prometheus import Prometheus, PrometheusTrouble
from merger import configuration
from merger.core.windows import EPOCH
from merger.management.progress import Progress

STDIN = "-"
_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 64 * 1024
"""Bytes; the service writes no line that is half as long. A longer one is cut, and counts as one that can't be read."""
_EXIT_NOT_JUDGED = 2
"""Exit code if nothing could be judged."""


class Command(BaseCommand):
    help = (
        "Reports availability, errors, error budget, latencies by route and the hit rate of a period, from a "
        "Prometheus that scrapes the service or from its access log, next to the objectives: 99.9% of the API's "
        "requests answered without an error, p95 of at most 200 ms, at most 0.1% errors. Exits with 1 if an objective "
        "is missed, with 2 if there is nothing to judge."
    )
    requires_system_checks = ()  # it runs where the logs are, without the stores

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--prometheus", metavar="URL", help="a Prometheus server, such as http://127.0.0.1:9090")
        source.add_argument("--log", nargs="+", metavar="FILE", help="access logs, plain or gzip; - is standard input")
        parser.add_argument(
            "--since",
            metavar="LENGTH",
            help="length of the period up to now, such as 6h or 7d (default: 7d of Prometheus, the whole log)",
        )
        parser.add_argument("--job", default="lambdaserve", help="name of the scrape job (default: lambdaserve)")
        parser.add_argument("--json", action="store_true", help="write JSON for programs instead of a table")
        parser.add_argument("--report-only", action="store_true", help="exit with 0 even if an objective is missed")

    def handle(self, *args: Any, **options: Any) -> None:
        until = configuration.utc_now()
        traffic = self._traffic(options, until)
        report = judge(traffic, Objectives())
        if report is None:
            raise _not_judged("no request of the API was counted in this period")
        self.stdout.write(json.dumps(report.as_json(), indent=2) if options["json"] else "\n".join(table(report)))
        if report.missed and not options["report_only"]:
            raise CommandError("missed: " + "; ".join(report.missed))

    def _traffic(self, options: dict[str, Any], until: datetime) -> Traffic:
        length, url = options["since"], options["prometheus"]
        if url:
            return _query_prometheus(url, options["job"], _since(length or "7d", until), until)
        return self._read(options["log"], _since(length, until) if length else EPOCH, until)

    def _read(self, names: list[str], since: datetime, until: datetime) -> Traffic:
        counts = LogCounts(since, until)
        progress = Progress(self.stderr, "Lines read")
        for name in names:
            try:
                for line in _read_lines(name):
                    counts.add(line)
                    progress.step()
            except (OSError, EOFError, zlib.error) as error:
                raise _not_judged(f"{name} can't be read: {getattr(error, 'strerror', None) or error}") from None
        progress.end()
        if counts.bad:
            warning = f"{counts.bad:,} of {counts.lines:,} lines can't be read and are not counted"
            self.stderr.write(warning, style_func=str)
        return counts.traffic()


def table(report: SloReport) -> Iterator[str]:
    """The report as text, line by line."""
    goal = report.objectives
    period = f"{report.since:%Y-%m-%d %H:%M} to {report.until:%Y-%m-%d %H:%M} UTC"
    yield f"{period}, {report.whole.requests:,} requests of the API"
    yield ""
    yield f"{'':14}{'measured':>12}{'objective':>14}"
    yield f"{'availability':14}{report.availability:>12.3%}{goal.availability:>14.3%}"
    yield f"{'errors':14}{report.error_ratio:>12.3%}{goal.error_ratio:>14.3%}"
    yield f"{'p95':14}{_milliseconds(report.whole.quantiles[0.95]):>12}{_milliseconds(goal.p95):>14}"
    yield f"{'error budget':14}{report.budget_left:>12.1%} left"
    yield f"{'burn rate':14}{report.burn_rate:>12.2f}          (newest hour: {report.recent_burn_rate:.2f})"
    yield f"{'hit rate':14}{'none' if report.hit_rate is None else f'{report.hit_rate:.1%}':>12}"
    if report.strict_refusals:
        yield f"{report.strict_refusals:,} 503s that completeness=strict asked for are not errors"
    yield ""
    yield f"{'route':58}{'requests':>12}{'errors':>10}{'p50':>10}{'p95':>10}{'p99':>10}"
    yield from (_row(each) for each in report.routes)


def _row(each: RouteReport) -> str:
    latencies = "".join(f"{_milliseconds(value):>10}" for value in each.quantiles.values())
    return f"{each.route:58}{each.requests:>12,}{each.errors:>10,}{latencies}"


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return "none"
    return f"{1000 * seconds:,.1f} ms" if seconds < 0.0995 else f"{1000 * seconds:,.0f} ms"


def _since(length: str, until: datetime) -> datetime:
    try:
        return until - duration().read(length)
    except ValueError:
        raise _not_judged(f"--since takes a length of time such as 90m, 6h or 7d; got {length!r}") from None


def _query_prometheus(url: str, job: str, since: datetime, until: datetime) -> Traffic:
    if not url.startswith(("http://", "https://")):
        raise _not_judged(f"--prometheus takes an address that starts with http:// or https://; got {url!r}")
    try:
        return Prometheus(url, job).traffic(since, until)
    except PrometheusTrouble as trouble:
        raise _not_judged(str(trouble)) from None


def _not_judged(reason: str) -> CommandError:
    return CommandError(reason, returncode=_EXIT_NOT_JUDGED)


def _read_lines(name: str) -> Iterator[bytes]:
    """Reads a file line by line, unpacking gzip, with one line of bounded length in memory at a time."""
    with ExitStack() as stack:
        file: BinaryIO = sys.stdin.buffer if name == STDIN else stack.enter_context(Path(name).open("rb"))
        packed = cast("Any", file).peek(len(_GZIP)).startswith(_GZIP)
        source = stack.enter_context(gzip.open(file)) if packed else file
        while line := source.readline(_LONGEST_LINE):
            yield line
            while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):  # cut, which is no JSON; its rest is no line
                line = source.readline(_LONGEST_LINE)

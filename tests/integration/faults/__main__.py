"""``python -m tests.integration.faults``: exits with 1 when a rule did not hold under a fault."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness.machine import Machine
from benchmarks.harness.service import FAILURES, ROOT
from lambdaserve.server.embedded_stores import StoreDidNotStart
from tests.integration.faults import page
from tests.integration.faults.catalogue import FAULTS
from tests.integration.faults.figures import Outcome
from tests.integration.faults.rules import Broken
from tests.integration.faults.run import LONG, SHORT, Fault, WorldMoved, suffered
from tests.integration.faults.stage import Stage

PAGE = ROOT / "docs" / "failure-modes.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs every fault, prints and writes the outcomes; returns the exit code."""
    options = _parser().parse_args(arguments)
    chosen = [
        fault for fault in FAULTS if (fault.short or not options.short) and options.only.lower() in fault.name.lower()
    ]
    if not chosen:
        _say(f"--only takes a part of a fault's name: {', '.join(fault.name for fault in FAULTS)}")
        return 2
    began, machine = datetime.now(UTC), Machine.here()
    try:
        with tempfile.TemporaryDirectory(prefix="lambdaserve-faults-") as name, Stage(Path(name), _say) as stage:
            found = [_made(fault, stage, options) for fault in chosen]
    except (*FAILURES, StoreDidNotStart, WorldMoved) as error:
        _say(f"The faults were given up: {error}")
        return 1
    outcomes = [(fault, outcome) for fault, outcome, _ in found]
    _say("\n" + page.table(outcomes))
    if options.write and not options.only and not options.short:
        page.write(PAGE, outcomes, began, machine)
        _say(f"\nWritten to {PAGE.relative_to(ROOT)}")
    broken = Counter(fault.name for fault, _, rules in found for _ in rules)
    for name, number in broken.items():
        _say(f"{name}: {number} rules did not hold, see above")
    return 1 if broken else 0


def _made(fault: Fault, stage: Stage, options: argparse.Namespace) -> tuple[Fault, Outcome, list[Broken]]:
    stage.keep_within_the_hour()
    _say(f"\n{fault.name}: {fault.produced}")
    outcome, broken = suffered(fault, stage, SHORT if options.short else LONG)
    for line in page.summarise(outcome):
        _say(f"  {line}")
    for line in page.slowest(outcome, options.slowest):
        _say(f"    {line}")
    for rule in broken:
        _say(f"  FAILED  {rule.rule}: {rule.found}")
    if broken and options.keep_log:
        target = Path(options.keep_log) / f"{fault.name.replace(' ', '-')}.log"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((stage.server.child.log or Path("/dev/null")).read_bytes())
    return fault, outcome, broken


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.integration.faults",
        description="Starts the server with 2 workers and embedded stores of its own, keeps it under a steady load, "
        "and makes one fault after another. Every answer is judged. "
        f"Figures go to docs/{PAGE.name}, those of --short and --only do not.",
    )
    parser.add_argument("--short", action="store_true", help="fewer faults, for less long; the same rules")
    parser.add_argument("--only", metavar="NAME", default="", help="faults whose name has this in it")
    parser.add_argument("--no-write", dest="write", action="store_false", help=f"leave {PAGE.name} as it is")
    parser.add_argument(
        "--slowest", type=int, default=0, metavar="N", help="print the N slowest requests under a fault"
    )
    parser.add_argument("--keep-log", metavar="DIR", help="where to put the server's log of faults that failed")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # A supervisor's stop is as clean as a person's: everything that was started ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

"""``python -m tests.nightly``: runs the checks that take too long for every change; exits with 1 if one fails.

Runs every part one after another, and writes the dated outcomes to ``docs/nightly.md``. Run it before a release.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness.machine import Machine
from benchmarks.reports.tables import write_part

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "nightly.md"
PART = "nightly"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the night.

    Attributes:
        name: for ``--only`` and the table.
        about: what it does, for the table.
        module: is run with ``python -m``.
        arguments: of the module.
        environment: added to this process's own.
    """

    name: str
    about: str
    module: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


PARTS = (
    Part(
        "properties",
        "every property test with twenty times as many examples",
        "pytest",
        (
            "-q",
            *sorted(str(path) for path in (ROOT / "tests").rglob("test_*.py") if "tests.effort" in path.read_text()),
        ),
        {"TEST_EXAMPLES": "20"},
    ),
    Part(
        "oracle",
        "every endpoint judged on two thousand other random worlds",
        "tests.unit.oracle",
        ("--worlds", "2000", "--start", "100000"),
    ),
    Part(
        "kinds",
        "every endpoint judged on two hundred random worlds with each dialect and each kind of damage",
        "tests.unit.oracle",
        ("--worlds", "200", "--start", "200000", "--of-each-kind"),
    ),
    Part(
        "flood",
        "200,000 different questions with answers of 16 KB each, into 256 MB, while others are asked again and again",
        "pytest",
        ("-q", str(ROOT / "tests" / "integration" / "stores" / "test_admission.py")),
        {"TEST_FLOOD": "200000"},
    ),
    Part("soak", "ten minutes of load far above the limits", "tests.integration.soak"),
    Part("faults", "every fault of docs/failure-modes.md at full length", "tests.integration.faults", ("--no-write",)),
    Part(
        "attack", "requests made up from the API's description, for ten minutes", "tests.contract", ("--seconds", "600")
    ),
    Part("guard", "processor time of requests, start and memory beside this release's figures", "benchmarks.guard"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a part.

    Attributes:
        part: that was run.
        code: its exit code.
        seconds: that it took.
    """

    part: Part
    code: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the parts; returns the exit code."""
    options = _parser().parse_args(arguments)
    chosen = [part for part in PARTS if options.only in (None, part.name)]
    began = datetime.now(UTC)
    outcomes = [_run(part) for part in chosen]
    text = report(outcomes, began, Machine.here(), _commit())
    _say("\n" + text)
    if options.write and options.only is None:
        write_part(PAGE, PART, text)
        _say(f"Written to {PAGE.relative_to(ROOT)}")
    return 1 if any(outcome.code for outcome in outcomes) else 0


def report(outcomes: Sequence[Outcome], began: datetime, machine: Machine, commit: str) -> str:
    """Builds a dated Markdown table of the outcomes.

    Args:
        outcomes: in the order of the run.
        began: aware UTC.
        machine: on which it was.
        commit: short hash of what was run.
    """
    where = f"{machine.processor}, {machine.cores} cores, {machine.system}"
    lines = [
        f"Run on {began:%Y-%m-%d %H:%M} UTC at commit {commit}: {where}.",
        "",
        "| part | what it does | minutes | result |",
        "| --- | --- | ---: | --- |",
    ]
    for each in outcomes:
        result = "passed" if each.code == 0 else f"**failed** (exit code {each.code})"
        lines.append(f"| {each.part.name} | {each.part.about} | {each.seconds / 60:.1f} | {result} |")
    return "\n".join(lines) + "\n"


def _run(part: Part) -> Outcome:
    _say(f"\n== {part.name}: {part.about}")
    began = time.monotonic()
    command = [sys.executable, "-m", part.module, *part.arguments]
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, **part.environment}, check=False).returncode
    return Outcome(part, code, time.monotonic() - began)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.nightly",
        description=f"Runs what takes too long for every change, about an hour; writes the result to docs/{PAGE.name}.",
    )
    parser.add_argument("--only", choices=[part.name for part in PARTS], help="run one part, write nothing")
    parser.add_argument("--no-write", dest="write", action="store_false", help=f"leave {PAGE.name} as it is")
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

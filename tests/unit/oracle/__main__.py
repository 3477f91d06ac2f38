"""``python -m tests.unit.oracle``: judges answers about random worlds, and prints the faults that it finds."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from textwrap import indent

import django


def main() -> int:
    """Judges the worlds that the arguments name; returns the exit code."""
    options = _parser().parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lambdaserve.settings")
    django.setup()
    logging.disable(logging.CRITICAL)
    if not options.of_each_kind:
        return 1 if _judge(options, options.dialect, options.damage) else 0
    from tests.unit.oracle.worlds.damages import DAMAGES  # after Django's setup
    from tests.unit.oracle.worlds.dialects import DIALECTS

    faults = sum(_judge(options, dialect, None) for dialect in DIALECTS)
    faults += sum(_judge(options, None, damage) for damage in DAMAGES)
    return 1 if faults else 0


def _judge(options: argparse.Namespace, dialect: str | None, damage: str | None) -> int:
    """Judges some worlds, and prints what they met; returns the number of faults."""
    from tests.unit.oracle.generated import random_questions, random_world  # after Django's setup
    from tests.unit.oracle.shrinking import smallest
    from tests.unit.oracle.stored import StoredWorld
    from tests.unit.oracle.wording import describe

    began, asked, faults, met = time.monotonic(), 0, Counter[str](), Counter[str]()
    for seed in range(options.start, options.start + options.worlds):
        stored = StoredWorld(random_world(seed, dialect, damage))
        met.update({*stored.world.dialects, *(each.kind for each in stored.world.damages)})
        for name, question in random_questions(seed):
            if options.about not in name:
                continue
            asked += 1
            try:
                question(stored)
            except Exception as error:  # noqa: BLE001 - any error of the service is a fault
                kind = name.partition("(")[0]
                faults[kind] += 1
                if faults[kind] <= options.show:
                    _say(f"\nworld {seed}, {name}\n  {type(error).__name__}: {error}")
                    _say(indent(describe(smallest(stored.world, question)), "    "))
    if not options.of_each_kind:
        _say("\n".join(f"  {number} worlds with {name}" for name, number in sorted(met.items())) + "\n")
    what = f"{options.worlds} worlds" + "".join(f" with {name}" for name in (dialect, damage) if name)
    _say(f"{what}, {asked} answers, {time.monotonic() - began:.0f} s: {faults.total()} faults")
    for fault, number in faults.most_common():
        _say(f"  {number} {fault}")
    return faults.total()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.unit.oracle", description="Judges answers on random worlds.")
    parser.add_argument("--worlds", type=int, default=200, help="how many")
    parser.add_argument("--start", type=int, default=0, help="number of the first one")
    parser.add_argument("--dialect", help="every world has this dialect")
    parser.add_argument("--damage", help="every world has this kind of damage")
    parser.add_argument("--of-each-kind", action="store_true", help="so many with each dialect and each kind of damage")
    parser.add_argument("--about", default="", help="only questions with this text")
    parser.add_argument("--show", type=int, default=1, help="faults of each kind to show")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""``manage.py create_indexes``: creates missing indexes, and compares declared with real ones.

Requirement O3.
"""

from __future__ import annotations

import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from merger.errors import StoreError
from merger.indexes import server as indexing
from merger.indexes.build_progress import build_progress
from merger.indexes.declared import Index, IndexState, IndexStatus
from merger.management.errors import as_command_errors
from merger.management.index_table import describe, format_table
from merger.operations.collection_sizes import measure_collections

PROGRESS_INTERVAL_SECONDS = 2.0
"""Time between two lines about an index that is being built."""


class Command(BaseCommand):
    help = (
        "Brings the indexes of batch_views and speed_views up to date. By default it creates missing indexes, one "
        "after the other, and changes in place when documents expire (SPEED_EXPIRY, SPEED_TTL_GRACE); other existing "
        "indexes are left alone, so it is safe to run at every start. --list shows declared and real indexes side by "
        "side: state, keys, size, and how often each was used since the server started. --prune drops indexes that "
        "are not declared. --rebuild drops and creates again those that can't do what the declared ones would. --check "
        "changes nothing and exits with 1 when anything is missing, different or extra: for CI. Also exits with 1 when "
        "MongoDB can't be reached or refuses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="show all indexes; change nothing")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
        parser.add_argument("--check", action="store_true", help="exit with 1 if there is anything to do")
        parser.add_argument("--prune", action="store_true", help="drop indexes that are not declared")
        parser.add_argument("--rebuild", action="store_true", help="drop indexes that differ and create them again")
        parser.add_argument("--yes", action="store_true", help="drop without asking")

    @as_command_errors(StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        statuses = indexing.index_statuses()
        if options["list"] or options["check"]:
            for line in format_table(statuses, measure_collections() or {}):
                self.stdout.write(line)
            self._check(statuses, fail=options["check"])
        else:
            self._change(statuses, options)

    def _change(self, statuses: Sequence[IndexStatus], options: Mapping[str, Any]) -> None:
        rebuilt = [each for each in _select(statuses, IndexState.DIFFERENT) if not each.only_expiry_differs]
        dropped = list(_select(statuses, IndexState.EXTRA)) if options["prune"] else []
        dropped += rebuilt if options["rebuild"] else []
        if dropped and not options["dry_run"]:
            self._confirm(dropped, sure=options["yes"])
        for status in dropped:
            self._apply("drop", "dropped", indexing.drop, status, dry_run=options["dry_run"])
        for status in _select(statuses, IndexState.DIFFERENT):
            if status.only_expiry_differs:
                self._apply("change", "changed", indexing.change_expiry, status, dry_run=options["dry_run"])
            elif not options["rebuild"]:
                self.stdout.write(f"different  {_describe_status(status)}; --rebuild creates it again")
        missing = [each.index for each in _select(statuses, IndexState.MISSING) if each.index]
        missing += [each.index for each in rebuilt if each.index and options["rebuild"]]
        for index in missing:
            if options["dry_run"]:
                self.stdout.write(f"missing  {describe(index)}")
            else:
                with self._building(index) as took:
                    indexing.create(index)
                self.stdout.write(f"created  {describe(index)} in {took():.1f} s")
        extra = sum(1 for _ in _select(statuses, IndexState.EXTRA)) if not options["prune"] else 0
        present = sum(1 for each in statuses if each.index) - len(missing)
        verb = "missing" if options["dry_run"] else "created"
        self.stdout.write(
            f"{present + len(missing)} indexes declared: {present} present, {len(missing)} {verb}"
            + (f"; {extra} not declared (--list shows them, --prune drops them)" if extra else "")
        )

    def _apply(
        self, verb: str, past: str, act: Callable[[IndexStatus], None], status: IndexStatus, *, dry_run: bool
    ) -> None:
        if not dry_run:
            act(status)
        self.stdout.write(f"{f'would {verb}' if dry_run else past}  {_describe_status(status)}")

    def _confirm(self, dropped: Sequence[IndexStatus], *, sure: bool) -> None:
        if sure:
            return
        names = ", ".join(f"{each.collection}.{each.name}" for each in dropped)
        if not sys.stdin.isatty():
            raise CommandError(f"this would drop {names}; add --yes to confirm")
        if input(f"Drop {names}? [y/N] ").strip().casefold() not in ("y", "yes"):
            raise CommandError("nothing was changed")

    def _check(self, statuses: Sequence[IndexStatus], *, fail: bool) -> None:
        counts = {state: sum(1 for _ in _select(statuses, state)) for state in IndexState}
        counted = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
        if fail and len(statuses) > counts[IndexState.PRESENT]:
            raise CommandError(f"the indexes are not as declared: {counted}")
        self.stdout.write(counted or "no index is declared")

    @contextmanager
    def _building(self, index: Index) -> Iterator[Callable[[], float]]:
        """Shows regularly how far the server is; yields a function that returns the seconds since the start."""
        began, ended = time.monotonic(), threading.Event()

        def show_progress() -> None:
            while not ended.wait(PROGRESS_INTERVAL_SECONDS):
                progress = build_progress(index) or f"{time.monotonic() - began:.0f} s so far"
                self.stderr.write(f"creating {index.collection}.{index.name}: {progress}", style_func=str)

        reporter = threading.Thread(target=show_progress, name="index-build", daemon=True)
        reporter.start()
        try:
            yield lambda: time.monotonic() - began
        finally:
            ended.set()
            reporter.join()


def _select(statuses: Sequence[IndexStatus], state: IndexState) -> Iterator[IndexStatus]:
    return (status for status in statuses if status.state is state)


def _describe_status(status: IndexStatus) -> str:
    about = status.index.purpose if status.index else "not declared"
    return f"{status.collection}.{status.name}: {'; '.join(status.differs) or about}"

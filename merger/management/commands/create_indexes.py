"""``manage.py create_indexes``: the indexes that there should be beside those that there are (O3)."""

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
from merger.indexes.build_progress import progress_of_build
from merger.indexes.declared import Index, IndexState, IndexStatus
from merger.management.index_table import described, table
from merger.operations.collection_sizes import measure_collections

SHOWN_EVERY = 2.0
"""Seconds between two lines about an index that is being built."""


class Command(BaseCommand):
    help = (
        "Makes the indexes of batch_views and speed_views what they should be. By itself it creates those that are "
        "missing, one after the other, and changes in place after what time documents expire (SPEED_EXPIRY, "
        "SPEED_TTL_GRACE); "
        "existing indexes are left alone, so it is safe to run at every start. --list shows declared and real indexes "
        "side by side: state, keys, size, how often each was used since the server started. --prune drops what nobody "
        "declared, --rebuild what can't answer as the declared one would. --check changes nothing and exits with 1 "
        "when anything is missing, different or extra: for CI. Exits with 1, too, when MongoDB can't be reached or "
        "refuses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="show all indexes; change nothing")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--check", action="store_true", help="exit with 1 where there is anything to do")
        parser.add_argument("--prune", action="store_true", help="drop indexes that nobody declared")
        parser.add_argument("--rebuild", action="store_true", help="drop and create again what is different")
        parser.add_argument("--yes", action="store_true", help="drop without being asked")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            standings = indexing.index_statuses()
            if options["list"] or options["check"]:
                for line in table(standings, measure_collections() or {}):
                    self.stdout.write(line)
                self._check(standings, fail=options["check"])
                return
            self._change(standings, options)
        except StoreError as error:
            raise CommandError(str(error)) from error

    def _change(self, standings: Sequence[IndexStatus], options: Mapping[str, Any]) -> None:
        rebuilt = [each for each in _in(standings, IndexState.DIFFERENT) if not each.only_expiry_differs]
        dropped = list(_in(standings, IndexState.EXTRA)) if options["prune"] else []
        dropped += rebuilt if options["rebuild"] else []
        if dropped and not options["dry_run"]:
            self._confirm(dropped, sure=options["yes"])
        for standing in dropped:
            self._do(f"drop{{}}  {_told(standing)}", lambda s=standing: indexing.drop(s), options)  # type: ignore[misc]
        for standing in _in(standings, IndexState.DIFFERENT):
            if standing.only_expiry_differs:
                self._do(f"change{{}}  {_told(standing)}", lambda s=standing: indexing.change_expiry(s), options)  # type: ignore[misc]
            elif not options["rebuild"]:
                self.stdout.write(f"different  {_told(standing)}; --rebuild makes it anew")
        lacking = [each.index for each in _in(standings, IndexState.MISSING) if each.index]
        lacking += [each.index for each in rebuilt if each.index and options["rebuild"]]
        for index in lacking:
            if options["dry_run"]:
                self.stdout.write(f"missing  {described(index)}")
            else:
                with self._building(index) as took:
                    indexing.create(index)
                self.stdout.write(f"created  {described(index)} in {took():.1f} s")
        extra = sum(1 for _ in _in(standings, IndexState.EXTRA)) if not options["prune"] else 0
        present = sum(1 for each in standings if each.index) - len(lacking)
        verb = "missing" if options["dry_run"] else "created"
        self.stdout.write(
            f"{present + len(lacking)} indexes declared: {present} present, {len(lacking)} {verb}"
            + (f"; {extra} that nobody declared (--list shows, --prune drops them)" if extra else "")
        )

    def _do(self, told: str, act: Callable[[], None], options: Mapping[str, Any]) -> None:
        if options["dry_run"]:
            self.stdout.write("would " + told.format(""))
        else:
            act()
            verb, _, rest = told.partition("{}")
            self.stdout.write({"drop": "dropped", "change": "changed"}[verb] + rest)

    def _confirm(self, dropped: Sequence[IndexStatus], *, sure: bool) -> None:
        if sure:
            return
        names = ", ".join(f"{each.collection}.{each.name}" for each in dropped)
        if not sys.stdin.isatty():
            raise CommandError(f"this would drop {names}; --yes says that it may")
        if input(f"Drop {names}? [y/N] ").strip().casefold() not in ("y", "yes"):
            raise CommandError("nothing was changed")

    def _check(self, standings: Sequence[IndexStatus], *, fail: bool) -> None:
        counts = {state: sum(1 for _ in _in(standings, state)) for state in IndexState}
        told = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
        if fail and len(standings) > counts[IndexState.PRESENT]:
            raise CommandError(f"the indexes are not as declared: {told}")
        self.stdout.write(told or "no index is declared")

    @contextmanager
    def _building(self, index: Index) -> Iterator[Callable[[], float]]:
        """Says now and then how far the server is; what it yields tells the seconds that it took."""
        began, ended = time.monotonic(), threading.Event()

        def watch() -> None:
            while not ended.wait(SHOWN_EVERY):
                told = progress_of_build(index) or f"{time.monotonic() - began:.0f} s so far"
                self.stderr.write(f"creating {index.collection}.{index.name}: {told}", style_func=str)

        watching = threading.Thread(target=watch, name="index-build", daemon=True)
        watching.start()
        try:
            yield lambda: time.monotonic() - began
        finally:
            ended.set()
            watching.join()


def _in(standings: Sequence[IndexStatus], state: IndexState) -> Iterator[IndexStatus]:
    return (standing for standing in standings if standing.state is state)


def _told(standing: IndexStatus) -> str:
    about = standing.index.purpose if standing.index else "nobody declared it"
    return f"{standing.collection}.{standing.name}: {'; '.join(standing.differs) or about}"
